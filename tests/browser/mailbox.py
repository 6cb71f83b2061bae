"""What a development site would have sent: its mailbox page, read as a person reads it."""

import re


def newest_message(page) -> str:
    """Return the text of the newest mail or text message on the site's mailbox page."""
    mailbox = page.context.new_page()
    mailbox.goto("/dev/mailbox/")
    mailbox.locator("main .row a").first.click()
    mailbox.wait_for_load_state()
    text = mailbox.locator("main").inner_text()
    mailbox.close()
    return text


def newest_code(page) -> str:
    """Return the six digits of the newest message."""
    found = re.search(r"\b\d{6}\b", newest_message(page))
    assert found, "the newest message holds no code"
    return found.group()
