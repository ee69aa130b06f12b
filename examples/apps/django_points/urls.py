"""The path to which StepPay sends its webhooks."""

from django.urls import path
from shop.views import steppay

urlpatterns = [path("webhooks/steppay", steppay)]
