"""What others make of the same data: `python -m nlu.peers <peer> <texts.json> <parses.json> <epochs>`, for the report.

`ngrams` is TF-IDF with a logistic regression, `default` the pipeline that Rasa suggests (nlu/peers.yml), trained for
`epochs` of the hundred that it suggests. Each learns from the very examples of our own model, and writes {"seconds":
training time, "milliseconds": median of one parse, "parses": [...]}.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Dict, List, Sequence

from nlu.evaluate import parses_of
from nlu.labelled import LANGUAGES, training_examples
from nlu.settings import ROOT, prepare

PEERS = ("ngrams", "default")


def ngrams(texts: Sequence[str], _epochs: int) -> Dict[str, Any]:
    """Return what scikit-learn's TF-IDF of words and letters and its logistic regression make of the texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    examples = [example for language in LANGUAGES for example in training_examples(language)]
    started = time.perf_counter()
    features = make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)))
    model = make_pipeline(features, LogisticRegression(C=10.0, max_iter=300))
    model.fit([e.text for e in examples], [e.intent for e in examples])
    seconds = time.perf_counter() - started
    parses, times = [], []
    for text in texts:
        started = time.perf_counter()
        name = str(model.predict([text])[0])
        times.append(1000.0 * (time.perf_counter() - started))
        parses.append({"intent": {"name": name}, "entities": []})
    return {"seconds": seconds, "milliseconds": median(times), "parses": parses}


def default(texts: Sequence[str], epochs: int) -> Dict[str, Any]:
    """Return what Rasa's suggested pipeline makes of the texts after so many epochs."""
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        suggested = (ROOT / "nlu/peers.yml").read_text(encoding="utf-8")
        config = Path(folder) / "peers.yml"
        config.write_text(suggested.replace("epochs: 100", f"epochs: {epochs}"), encoding="utf-8")
        started = time.perf_counter()
        domain = str(ROOT / "nlu/domain")
        model = train_nlu(str(config), str(ROOT / "nlu/data"), folder, fixed_model_name="peer", domain=domain)
        if model is None:
            raise SystemExit("The peer's training gave no model: see the messages above.")
        seconds = time.perf_counter() - started
        parses, milliseconds = parses_of(texts, Path(model))
    return {"seconds": seconds, "milliseconds": milliseconds, "parses": [_bare_parse(parse) for parse in parses]}


def _bare_parse(parse: Dict[str, Any]) -> Dict[str, Any]:
    entities = [{key: entity[key] for key in ("entity", "start", "end")} for entity in parse["entities"]]
    return {"intent": {"name": parse["intent"]["name"]}, "entities": entities}


def main(arguments: List[str]) -> None:
    """Train one peer and write what it makes of the texts of a file."""
    peer, texts_path, parses_path, epochs = arguments
    prepare(threads=2)
    texts = json.loads(Path(texts_path).read_text(encoding="utf-8"))
    measured = {"ngrams": ngrams, "default": default}[peer](texts, int(epochs))
    Path(parses_path).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
