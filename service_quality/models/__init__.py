from service_quality.models.follow_up import FollowUp
from service_quality.models.praise_card import (
    CardBook,
    CardSerial,
    PraiseCard,
    PromotionLevel,
    serial_text,
)
from service_quality.models.rating import Rating, RatingRequest, RatingTablet, Supervision

__all__ = [
    "CardBook",
    "CardSerial",
    "FollowUp",
    "PraiseCard",
    "PromotionLevel",
    "Rating",
    "RatingRequest",
    "RatingTablet",
    "Supervision",
    "serial_text",
]
