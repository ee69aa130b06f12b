"""Where StepPay sends its webhooks to."""

from django.urls import path
from shop.views import steppay

urlpatterns = [path("webhooks/steppay", steppay)]
