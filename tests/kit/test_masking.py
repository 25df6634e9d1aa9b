"""What identifies a person is masked; what does not is left to be understood."""

from __future__ import annotations

import pytest

from bot.kit.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("écris à lea.martin@example.org stp", "écris à [e-mail] stp"),
        ("lea(at)example.org", "[e-mail]"),
        ("appelle le 06 12 34 56 78", "appelle le [phone]"),
        ("+33 6 12 34 56 78", "[phone]"),
        ("٠٦ ١٢ ٣٤ ٥٦ ٧٨", "[phone]"),
        ("FR76 3000 6000 0112 3456 7890 189", "[iban]"),
        ("2 95 07 42 218 123 45", None),
        ("je suis @camille_42", "je suis [handle]"),
        ("4242424242:AA-double-of-the-bot-api-000000000", "[token]"),
        ("du 01/07/2027 au 31/08/2027", "du 01/07/2027 au 31/08/2027"),
        ("un stage de 3 mois à Dublin en 2027, 600 € par mois", "un stage de 3 mois à Dublin en 2027, 600 € par mois"),
    ],
)
def test_what_identifies_a_person_is_masked(text: str, masked: str | None) -> None:
    if masked is None:
        assert not any(len(run) > 4 for run in "".join(c if c.isdigit() else " " for c in mask(text)).split())
        assert "218" not in mask(text)
    else:
        assert mask(text) == masked
