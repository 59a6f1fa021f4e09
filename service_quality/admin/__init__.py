from service_quality.admin import ratings

__all__ = ["ratings"]
