from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from accounts.action_words import name_actions
        from accounts.page_parts import show_in_list, show_with_account
        from billing.queries.account_page import books_in_list, books_of_account

        show_with_account(books_of_account)
        show_in_list(books_in_list)
        name_actions(
            {
                "run_billing": _("bill run started"),
                "continue_billing": _("bill run continued"),
                "publish_bills": _("bills published"),
                "explain_finding": _("finding of a bill run explained"),
                "close_period": _("billing period closed"),
                "take_payment": _("payment taken"),
                "void_payment": _("payment voided"),
                "reverse_payment": _("payment reversed"),
                "reprint_receipt": _("receipt reprinted"),
                "create_tariff": _("tariff entered"),
                "change_tariff": _("tariff changed"),
                "draft_tariff": _("tariff version drafted"),
                "change_tariff_draft": _("tariff draft changed"),
                "submit_tariff": _("tariff submitted for approval"),
                "withdraw_tariff": _("tariff withdrawn"),
                "approve_tariff": _("tariff approved"),
                "refuse_tariff": _("tariff sent back"),
                "import_tariffs": _("tariffs imported"),
                "close_business_day": _("business day closed"),
                "record_reading": _("reading entered"),
                "accept_reading": _("reading accepted"),
                "reject_reading": _("reading rejected"),
                "propose_estimate": _("estimate proposed"),
                "import_readings": _("readings imported"),
                "replace_meter": _("meter replaced"),
                "record_meter_test": _("meter test entered"),
                "settle_unit_correction": _("correction of units settled"),
                "lay_route": _("reading route laid"),
                "cancel_bill": _("bill cancelled"),
                "rebill": _("billed again"),
                "correct_reading": _("reading corrected"),
                "propose_adjustment": _("adjustment proposed"),
                "approve_adjustment": _("adjustment approved"),
                "refuse_adjustment": _("adjustment refused"),
                "propose_waiver": _("waiver proposed"),
                "approve_waiver": _("waiver approved"),
                "refuse_waiver": _("waiver refused"),
                "propose_batch": _("batch of cancellations proposed"),
                "approve_batch": _("batch of cancellations approved"),
                "refuse_batch": _("batch of cancellations refused"),
                "apply_for_suspension": _("suspension applied for"),
                "approve_suspension": _("suspension approved"),
                "refuse_suspension": _("suspension refused"),
                "resume_heating": _("heating resumed"),
                "end_suspensions": _("suspensions ended with the season"),
                "grant_early_payment": _("share for early payment given back"),
                "record_temperature_test": _("temperature test recorded"),
                "propose_temp_refund": _("refund for low temperature proposed"),
                "approve_temp_refund": _("refund for low temperature approved"),
                "refuse_temp_refund": _("refund for low temperature refused"),
                "issue_one_off": _("one-off fee issued"),
                "convert_household": _("household converted"),
                "settle_two_part_season": _("season settled by the heat meter"),
                "arrears.deliver_step": _("step of a case delivered"),
                "arrears.announce": _("order announced"),
                "arrears.queue_messages": _("messages queued"),
                "arrears.decide_unsure": _("unsure message decided"),
                "arrears.make_letters": _("letters made"),
                "arrears.record_contact": _("call or visit recorded"),
                "arrears.opt_out": _("number wants no messages"),
                "issue_gas_card": _("gas card issued"),
                "replace_gas_card": _("gas card replaced"),
                "change_gas_card_state": _("state of a gas card changed"),
                "record_safety_check": _("safety check recorded"),
                "write_gas_card": _("gas card at the reader"),
                "clear_gas_card": _("gas to be taken off a card"),
                "keep_gas_on_card": _("gas left on a card"),
                "make_gas_good": _("gas made good"),
                "settle_gas_reading": _("gas register compared"),
                "change_gas_meter": _("gas meter changed"),
                "bill_gas_overuse": _("gas used beyond what was bought billed"),
            }
        )
