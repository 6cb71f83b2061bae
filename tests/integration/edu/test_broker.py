"""What a web process tells the worker goes to the site's broker, and to none where work is found in the database."""

import json
import os
import subprocess
import sys

import pytest

ASK = """
import json, sys
from edu import wsgi
from edu.events.tasks import deliver_events
from edu.jobs.tasks import run_job
apps = [task.app for task in (deliver_events, run_job)]
print(json.dumps([[app.main, app.conf.broker_url] for app in apps]))
"""


def told(tmp_path, **environment):
    names = {"PATH", "HOME", "LANG", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name in names}
    settings = {"DJANGO_SETTINGS_MODULE": "edu.settings.embedded", "JINBANG_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=kept | settings | environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("warms_up", ["0", "1"])
def test_a_web_process_sends_its_messages_to_the_broker_of_the_site(tmp_path, warms_up):
    broker = "redis://127.0.0.1:1/5"
    assert told(tmp_path, REDIS_URL=broker, JINBANG_WARM_UP=warms_up) == [["jinbang", broker]] * 2


def test_without_a_broker_nothing_of_it_is_loaded(tmp_path):
    assert all(main != "jinbang" for main, _broker in told(tmp_path))
