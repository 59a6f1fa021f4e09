from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay
from accounts.roles import give_permissions

# What has ended stays ended, and a customer's card is for whoever took the money.
WALLS = """
CREATE FUNCTION service_quality_keep_what_ended() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% % has ended', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER follow_up_stays_done BEFORE UPDATE ON service_quality_followup
    FOR EACH ROW WHEN (OLD.state = 'DONE') EXECUTE FUNCTION service_quality_keep_what_ended();
CREATE TRIGGER card_stays_void BEFORE UPDATE ON service_quality_praisecard
    FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL) EXECUTE FUNCTION service_quality_keep_what_ended();
CREATE TRIGGER request_is_answered_once BEFORE UPDATE ON service_quality_ratingrequest
    FOR EACH ROW WHEN (OLD.outcome <> 'WAITING') EXECUTE FUNCTION service_quality_keep_what_ended();

CREATE FUNCTION service_quality_check_receiver() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM billing_payment WHERE id = NEW.payment_id AND taken_by_id = NEW.receiver_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'card % is not for whoever took the payment', NEW.serial
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_of_a_customer_is_for_the_taker BEFORE INSERT ON service_quality_praisecard
    FOR EACH ROW WHEN (NEW.payment_id IS NOT NULL) EXECUTE FUNCTION service_quality_check_receiver();
"""
UNDO = """
DROP FUNCTION service_quality_keep_what_ended() CASCADE;
DROP FUNCTION service_quality_check_receiver() CASCADE;
"""

AT_WORK = ("cashier", "adviser", "collector", "complaints", "finance", "supervisor", "manager", "auditor")
LOOKING_ON = ("supervisor", "manager", "auditor")
GIVEN = {
    "see_own_figures": ("cashier", "adviser"),
    "view_rating": LOOKING_ON,
    "view_followup": LOOKING_ON,
    "change_followup": ("supervisor",),
    "view_ratingtablet": LOOKING_ON,
    "change_ratingtablet": ("supervisor",),
    "view_supervision": (*LOOKING_ON, "administrator"),
    "add_supervision": ("administrator",),
    "change_supervision": ("administrator",),
    "view_praisecard": AT_WORK,
    "give_praisecard": AT_WORK[:-1],
    "enter_praisecard": ("supervisor",),
    "void_praisecard": ("supervisor", "manager"),
    "view_cardbook": LOOKING_ON,
    "add_cardbook": ("supervisor",),
    "view_promotionlevel": (*LOOKING_ON, "administrator"),
    "add_promotionlevel": ("administrator",),
    "change_promotionlevel": ("administrator",),
}
# (name, English name, cards in a year, of each kind): domain.md 4.3.2.
LEVELS = (("一星", "one star", 30, 3), ("二星", "two stars", 60, 6), ("三星", "three stars", 100, 10))


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "service_quality", GIVEN)


def enter_levels(apps: Any, schema_editor: Any) -> None:
    Level = apps.get_model("service_quality", "PromotionLevel")
    Level.objects.using(schema_editor.connection.alias).bulk_create(
        Level(name=name, name_en=name_en, cards=cards, each=each) for name, name_en, cards, each in LEVELS
    )


class Migration(migrations.Migration):
    dependencies = [("service_quality", "0001_ratings_and_cards")]

    operations = [
        append_only("service_quality_rating"),
        append_only("service_quality_cardbook"),
        changes_only_in(
            "service_quality_ratingrequest",
            ("outcome",),
            ("window_id", "ticket_id", "payment_id", "staff_id", "opened_at", "expires_at"),
        ),
        changes_only_in(
            "service_quality_followup",
            ("due_on", "owner_id", "state", "finding", "measure", "done_at", "done_by_id"),
            ("rating_id", "opened_at"),
        ),
        changes_only_in(
            "service_quality_praisecard",
            ("shown_at", "shown_by_id", "voided_at", "voided_by_id", "void_reason"),
            (
                "serial",
                "kind",
                "source",
                "medium",
                "receiver_id",
                "giver_id",
                "payment_id",
                "text",
                "given_on",
                "entered_at",
                "entered_by_id",
            ),
        ),
        rows_stay(
            "service_quality_cardserial",
            "service_quality_promotionlevel",
            "service_quality_ratingtablet",
            "service_quality_supervision",
        ),
        migrations.RunSQL(WALLS, UNDO),
        migrations.RunPython(enter_levels, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
