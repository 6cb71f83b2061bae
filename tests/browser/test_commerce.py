"""The shop's walks: buying, failing, waiting, coupons, seats, opening by hand, refunds, going off sale."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.sheets import download, upload

COURSE = "初级会计实务入门"
OPENED = "Paid. It is yours."


@pytest.fixture
def buyer(at_browser, user_of):
    """Return a browser at which a person sits who has bought nothing yet."""
    return at_browser(user_of("newcomer"))


@pytest.fixture
def operator(at_browser, user_of):
    """Return a browser at which the operator sits."""
    return at_browser(user_of("operator"))


def offer_of(kind, title=""):
    """Return the first offer of a kind in the demo, or the one with this in its title."""
    from payments.models import Offer

    return Offer.objects.filter(kind=kind, title__contains=title).order_by("pk").first()


def order(page, offer):
    """Place the order for an offer, and stop where the way to pay is chosen."""
    page.goto(f"/shop/offers/{offer.public_id}/")
    page.get_by_label("I agree to the terms of service and the refund rules").check()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/pay/")


def pay(page, choice="The payment succeeds", **fields):
    """Pay through the sandbox, choosing what happens; stop where the result is shown."""
    page.get_by_label("Sandbox payment").check()
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/sandbox/**")
    page.get_by_label(choice, exact=True).check()
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/result/")


def test_failed_payment_is_tried_again(buyer, settle):
    order(buyer, offer_of("course", COURSE))
    pay(buyer, "The payment fails")
    settle()
    expect(buyer.get_by_role("heading", name="The payment failed")).to_be_visible()
    expect(buyer.locator("main")).to_contain_text("Nothing was charged.")
    buyer.get_by_role("link", name="Try again").click()
    pay(buyer)
    settle()
    expect(buyer.get_by_role("heading", name=OPENED)).to_be_visible()
    buyer.get_by_role("link", name=f"Open {COURSE}").click()
    expect(buyer).to_have_url(re.compile("/courses/"))
    expect(buyer.locator("main")).not_to_contain_text("Buy this course")


def test_delayed_success_is_waited_for_and_then_opens_by_itself(buyer, settle):
    from edu.jobs.models import Job

    order(buyer, offer_of("course", COURSE))
    pay(buyer, "The payment succeeds after a while", Seconds_to_wait="3600")
    settle()
    expect(buyer.get_by_role("heading", name="Waiting for the payment")).to_be_visible()
    expect(buyer.locator("main")).to_contain_text("You may leave this page")
    Job.objects.filter(kind="payments.sandbox_notification").update(not_before_at=timezone.now() - timedelta(hours=1))
    settle()
    expect(buyer.get_by_role("heading", name=OPENED)).to_be_visible()


@pytest.mark.parametrize(("kind", "title"), [("lesson", "增值税入门"), ("paper", "模拟卷")])
def test_one_lesson_or_one_paper_is_bought_alone(buyer, settle, kind, title):
    offer = offer_of(kind, title)
    order(buyer, offer)
    pay(buyer)
    settle()
    expect(buyer.get_by_role("heading", name=OPENED)).to_be_visible()
    buyer.get_by_role("link", name=re.compile("^Open ")).click()
    expect(buyer).to_have_url(re.compile("/courses/.*/.*/|/practice/"))
    expect(buyer.locator("main h1").first).to_be_visible()
    buyer.goto(f"/shop/offers/{offer.public_id}/")
    expect(buyer.locator("main")).to_contain_text("You have this already.")
    buyer.goto(f"/shop/offers/{offer_of('course', COURSE).public_id}/")
    expect(buyer.get_by_role("button", name="Place the order")).to_be_visible()


def test_bundle_opens_all_that_is_inside(buyer, settle):
    offer = offer_of("bundle")
    order(buyer, offer)
    pay(buyer)
    settle()
    expect(buyer.get_by_role("heading", name=OPENED)).to_be_visible()
    expect(buyer.get_by_role("link", name=re.compile("^Open "))).to_have_count(offer.items.count())


def test_refused_coupon_says_why_and_another_is_used(buyer, settle):
    buyer.goto(f"/shop/offers/{offer_of('lesson', '增值税入门').public_id}/")
    buyer.get_by_label("Coupon code").fill("save30")
    buyer.get_by_role("button", name="Apply").click()
    expect(buyer.locator("main")).to_contain_text("Add goods for CN¥131.00 more to use this coupon.")
    buyer.get_by_label("Coupon code").fill("nonsense")
    buyer.get_by_role("button", name="Apply").click()
    expect(buyer.locator("main")).to_contain_text("There is no coupon with this code.")
    buyer.get_by_label("Coupon code").fill("WELCOME20")
    buyer.get_by_role("button", name="Apply").click()
    expect(buyer.locator(".price__now")).to_have_text("CN¥15.20")


def test_phone_buyer_reads_chinese_all_the_way(at_browser, user_of, settle):
    page = at_browser(user_of("newcomer"), language="zh-hans", viewport={"width": 390, "height": 844})
    page.goto(f"/shop/offers/{offer_of('course', COURSE).public_id}/")
    page.get_by_label("优惠码").fill("SAVE30")
    page.get_by_role("button", name="使用", exact=True).last.click()
    expect(page.locator(".price__now")).to_have_text("¥169.00")
    page.locator("input[name=accept_terms]").check()
    page.get_by_role("button", name="提交订单").click()
    page.wait_for_url("**/pay/")
    page.locator("input[name=provider][value=sandbox]").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/sandbox/**")
    page.locator("input[name=choice][value=failure]").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/result/")
    settle()
    expect(page.locator("main h1")).to_have_text("支付失败")
    page.get_by_role("link", name="重试").or_(page.get_by_role("link", name=re.compile("再试|重新支付"))).click()
    page.locator("input[name=provider][value=sandbox]").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/sandbox/**")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/result/")
    settle()
    expect(page.get_by_role("link", name=re.compile(COURSE)).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("main a[href*='/shop/orders/']").first.click()
    expect(page.locator("main")).to_contain_text("¥169.00")
    expect(page.locator("main")).not_to_contain_text("CN¥")


def test_trainer_buys_seats_and_gives_one(at_browser, user_of, settle):
    from edu.organizations.models import Membership
    from edu.training.models import Seat, SeatPool

    page = at_browser(user_of("trainer"))
    pool = SeatPool.objects.get()
    bought, used = pool.bought_count, pool.used_count
    assert 0 < used < bought
    page.goto("/training/seats/")
    expect(page.locator("main")).to_contain_text(f"{used} of {bought}")
    page.get_by_role("link", name=re.compile("^Buy")).first.click()
    page.get_by_label("Number of seats").fill("3")
    page.get_by_role("button", name="Update").click()
    expect(page.locator(".price__now")).to_have_text("CN¥387.00")
    page.locator("input[name=accept_terms]").check()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/pay/")
    pay(page)
    settle()
    expect(page.locator("main")).to_contain_text("The seats are ready to be given to your people.")
    page.goto(f"/training/seats/{pool.public_id}/")
    seated = Seat.objects.filter(pool=pool, released_at__isnull=True).values("user_id")
    member = Membership.objects.filter(organization=pool.organization, role="member").exclude(user__in=seated).first()
    page.get_by_label("Staff numbers").fill(member.staff_number)
    page.get_by_role("button", name="Give seats").click()
    expect(page.locator("body")).to_contain_text("1 seat was given.")
    page.goto("/training/seats/")
    expect(page.locator("main")).to_contain_text(f"{used + 1} of {bought + 3}")


def test_course_is_opened_by_spreadsheet_and_failed_rows_come_back(operator, at_browser, user_of, settle):
    operator.goto("/operations/grants/")
    section = operator.locator("section[aria-labelledby=file-title]")
    headers = download(operator, section.get_by_role("link", name="Download the empty spreadsheet").click)[0]
    upload(
        operator,
        headers=list(headers),
        rows=[["newcomer@example.com", "Alex"], ["nobody@example.com", "Ghost"], ["newcomer@example.com", "Twice"]],
        name="class.xlsx",
    )
    section.get_by_label("What to open").select_option(label=COURSE)
    section.get_by_label("Reason").fill("Class of the evening school")
    section.get_by_role("button", name="Read the file").click()
    expect(operator.locator("main")).to_contain_text("2 rows were not understood")
    failed = download(operator, operator.get_by_role("link", name="Get these rows back").click)
    assert any("nobody@example.com" in map(str, row) for row in failed)
    operator.get_by_role("button", name="Open to 1 person").click()
    operator.locator("dialog[open] button[value=confirm]").click()
    expect(operator.locator("#batch-state")).to_contain_text("Opening")
    settle()
    operator.reload()
    expect(operator.locator("#batch-state")).to_contain_text("Open to 1 person.")
    newcomer = at_browser(user_of("newcomer"))
    newcomer.goto(f"/shop/offers/{offer_of('course', COURSE).public_id}/")
    expect(newcomer.locator("main")).to_contain_text("You have this already.")


def test_course_off_sale_stays_open_to_its_buyer_and_is_gone_from_sale(buyer, operator, at_browser, user_of, settle):
    offer = offer_of("course", COURSE)
    order(buyer, offer)
    pay(buyer)
    settle()
    operator.goto("/operations/offers/?q=入门")
    row = operator.locator("tr", has=operator.get_by_role("link", name=COURSE, exact=True))
    row.get_by_role("button", name=f"Take off sale {COURSE}").click()
    operator.locator("dialog[open] button[value=confirm]").click()
    expect(operator.locator("body")).to_contain_text("Its buyers keep their access.")
    settle()
    visitor = at_browser()
    assert visitor.goto(f"/shop/offers/{offer.public_id}/").status == 410
    visitor.goto("/courses/accounting-basics/")
    expect(visitor.locator("main")).not_to_contain_text("Buy this course")
    assert buyer.goto(f"/shop/offers/{offer.public_id}/").status == 410
    buyer.goto("/me/")
    expect(buyer.locator("main")).to_contain_text(COURSE)
    from courses.models import Course

    lesson = Course.objects.get(title=COURSE).lessons.filter(kind="text", free_preview=False).first()
    assert buyer.goto(lesson.get_absolute_url()).status == 200
    expect(buyer.locator("main")).not_to_contain_text("Buy this course")


def test_refused_refund_is_ordered_again_and_ends_the_grant(buyer, operator, user_of, settle):
    from edu.access.queries import has_access
    from payments.models import Order

    offer, person = offer_of("course", COURSE), user_of("newcomer")
    order(buyer, offer)
    buyer.get_by_label("Sandbox payment").check()
    buyer.get_by_role("button", name="Continue to payment").click()
    buyer.get_by_label("If it is refunded later").select_option(label="The first refund is refused")
    buyer.get_by_role("button", name="Continue", exact=True).click()
    buyer.wait_for_url("**/result/")
    settle()
    number = Order.objects.get(user=person).number
    operator.goto(f"/operations/orders/?q={number}")
    operator.get_by_role("link", name=number).click()
    operator.get_by_label("Reason").fill("Asked on the first day")
    operator.locator("main").get_by_role("button", name="Refund").click()
    operator.locator("dialog[open] button[value=confirm]").click()
    expect(operator.locator("main")).to_contain_text("refused by the provider")
    assert has_access(user_id=person.pk, product_key=offer.product_key)
    operator.goto("/operations/orders/?flagged=on")
    operator.get_by_role("link", name=number).click()
    operator.get_by_role("button", name="Order it again").click()
    expect(operator.locator("main")).to_contain_text("sent back")
    settle()
    assert not has_access(user_id=person.pk, product_key=offer.product_key)
    buyer.goto("/shop/orders/")
    buyer.get_by_role("link", name=COURSE).click()
    expect(buyer.locator("main")).to_contain_text("Refunded; access has ended")


def test_late_money_is_accepted_at_the_desk(buyer, operator, user_of, settle):
    from payments.checkout.sweeps import expire_orders, poll_payments
    from payments.models import Order, SandboxCharge
    from payments.services import take_off_sale

    offer = offer_of("course", COURSE)
    order(buyer, offer)
    pay(buyer, "The payment succeeds after a while", Seconds_to_wait="3600")
    row = Order.objects.get(user=user_of("newcomer"))
    now = timezone.now()
    assert expire_orders(now=now + timedelta(minutes=45))
    take_off_sale(actor=None, offer_public_id=offer.public_id)
    SandboxCharge.objects.update(settles_at=now)
    poll_payments(now=now + timedelta(minutes=50), order_id=row.pk)
    settle()
    buyer.goto(f"/shop/orders/{row.public_id}/")
    expect(buyer.locator("main")).to_contain_text("Your money came after the order had been closed.")
    operator.goto("/operations/orders/?flagged=on")
    operator.get_by_role("link", name=row.number).click()
    expect(operator.locator("main")).to_contain_text("The offer is off sale.")
    operator.get_by_role("button", name="Accept and open").click()
    operator.locator("dialog[open] button[value=confirm]").click()
    expect(operator.locator("body")).to_contain_text("The payment is accepted and the order is open.")
    settle()
    buyer.goto(f"/shop/orders/{row.public_id}/result/")
    expect(buyer.locator("main")).to_contain_text("We accepted it all the same.")


def test_bundle_is_made_with_the_chooser(operator):
    operator.goto("/operations/offers/new/")
    expect(operator.locator(".chooser")).to_be_hidden()
    operator.get_by_label("A bundle").check()
    expect(operator.locator("select[name=product_key]")).to_be_hidden()
    operator.get_by_label("Search by title").fill("statistics")
    expect(operator.locator(".chooser li", has_text=COURSE).first).to_be_hidden()
    for name in ("Statistics for Everyday Decisions", "Statistics for Everyday Decisions: final paper"):
        operator.locator(".chooser").get_by_label(name, exact=True).first.check()
    expect(operator.locator("[data-chooser-status]")).to_have_text("2 chosen")
    operator.get_by_label("Search by title").fill("nothing like this")
    expect(operator.locator("[data-chooser-status]")).to_contain_text("Nothing has this in its title.")
    operator.get_by_label("Title", exact=False).last.fill("Course and paper")
    operator.get_by_label("Price", exact=False).first.fill("159")
    operator.get_by_role("button", name="Make the offer").click()
    operator.wait_for_url("**/operations/offers/")
    expect(operator.locator("main")).to_contain_text("Course and paper")
    expect(operator.locator("main")).to_contain_text("CN¥159.00")
