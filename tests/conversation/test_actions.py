from pathlib import Path

import httpx
import pytest
import yaml

from bot.conversation.actions import STEPS, actions_app

SECRET = "a-secret-of-the-tests"
CALL = {
    "next_action": "action_search_offers",
    "sender_id": "telegram-1-0",
    "tracker": {"sender_id": "telegram-1-0", "slots": {}, "events": [], "latest_message": {}, "paused": False},
    "domain": {},
    "version": "3.6.21",
}


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=actions_app(SECRET)), base_url="http://actions")


async def test_an_action_names_the_step_that_the_app_takes() -> None:
    async with client() as http:
        answer = await http.post("/webhook", json=CALL, headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 200
    assert answer.json()["responses"][0]["custom"] == {"step": "search_offers"}


@pytest.mark.parametrize("given", ["", "Bearer wrong", SECRET])
async def test_nobody_without_the_secret_runs_an_action(given: str) -> None:
    async with client() as http:
        answer = await http.post("/webhook", json=CALL, headers={"Authorization": given})
    assert answer.status_code == 401


async def test_an_unknown_action_is_a_404_and_no_json_a_400() -> None:
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with client() as http:
        unknown = await http.post("/webhook", json={**CALL, "next_action": "action_nothing"}, headers=headers)
        broken = await http.post("/webhook", content=b"{", headers=headers)
    assert (unknown.status_code, broken.status_code) == (404, 400)


def test_every_action_of_the_domain_is_served_and_no_other() -> None:
    domain = Path(__file__).parents[2] / "nlu" / "domain"
    declared = {
        action
        for file in domain.glob("*.yml")
        for action in yaml.safe_load(file.read_text()).get("actions", [])
        if action.startswith("action_")
    }
    own = {name for name in declared if name not in ("action_default_fallback", "action_session_start")}
    assert own == {f"action_{step}" for step in STEPS}
