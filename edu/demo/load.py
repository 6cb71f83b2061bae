"""Loading the demo, step by step; each step does nothing where its result is there."""

from collections.abc import Callable
from datetime import datetime

from courses.services import recount_learners, refresh_editor_access
from edu.core.clock import now_utc
from edu.demo.commerce import load_commerce
from edu.demo.community import load_community
from edu.demo.enquiries import load_enquiries
from edu.demo.enterprise import load_enterprise
from edu.demo.history import generate_history, has_history
from edu.demo.people import ensure_people, write_accounts
from edu.demo.quick import quick_commits
from edu.demo.site import load_site
from edu.demo.subjects import load_subject


def load_demo(*, say: Callable[[str], None], learners: int, days: int) -> None:
    """Load everything; `learners` with a history of `days` days are made only the first time."""
    with quick_commits():
        _load(say=say, learners=learners, days=days, now=now_utc())


def _load(*, say: Callable[[str], None], learners: int, days: int, now: datetime) -> None:
    load_site()
    people = ensure_people()
    say("site and people")
    subjects = {
        "accounting": load_subject(
            folder="accounting", owner=people["instructor"], operator=people["operator"], now=now
        ),
        "statistics": load_subject(
            folder="statistics", owner=people["instructor_en"], operator=people["operator"], now=now
        ),
    }
    say("courses, banks, papers, exams")
    load_commerce(operator=people["operator"], learner=people["learner"], subjects=subjects)
    staff = load_enterprise(people=people, now=now)
    load_enquiries(operator=people["operator"])
    refresh_editor_access(user_ids=[people[role].pk for role in ("instructor", "instructor_en", "trainer")])
    say("offers and the enterprise")
    if learners and not has_history():
        generate_history(learners=learners, days=days, seed=0, now=now, guide=people["learner"])
        say(f"history of {learners} learners over {days} days")
    recount_learners()
    load_community(people=people, subjects=subjects, now=now)
    write_accounts(staff=staff)
    say("done")
