"""What sentences call a caller, and what is whose: AP’s Florida call, Sunderland’s declaration."""

from __future__ import annotations

from data.story.story import Story

#: What a story's verb makes of one contest.
NOUNS = {"called": "call", "declared": "declaration"}


def caller_name(story: Story, caller: str) -> str:
    """What sentences call a caller: AP, The Guardian’s timeline, an unnamed outlet with who logged it."""
    for entry in story.about.callers:
        if entry.id == caller:
            return entry.said or (entry.id if entry.selectable else entry.name)
    return caller


def of_caller(said: str, caller: str, what: str) -> str:
    """AP’s Florida call; the Florida call of The Guardian’s timeline: `said` is the caller's name, `caller` its id."""
    return f"{caller}’s {what}" if said == caller else f"the {what} of {said}"


def call_of(story: Story, caller: str, what: str) -> str:
    """Whose call it is; a declaration is the count's own, so nobody's name is needed."""
    if story.about.verb == "declared" and caller == story.about.caller:
        return f"the {what}"
    return of_caller(caller_name(story, caller), caller, what)


def contest_call(story: Story, caller: str, name: str) -> str:
    """AP’s Florida call; Sunderland’s declaration."""
    if story.about.verb == "declared" and caller == story.about.caller:
        return f"{name}’s {NOUNS[story.about.verb]}"
    return call_of(story, caller, f"{name} {NOUNS[story.about.verb]}")
