import os
import subprocess
import sys


def test_production_does_not_start_with_the_demo_sign_in():
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "edu.settings.production",
        "JINBANG_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz",
        "JINBANG_DEMO_SIGN_IN": "1",
    }
    run = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "JINBANG_DEMO_SIGN_IN is unsafe" in run.stderr
