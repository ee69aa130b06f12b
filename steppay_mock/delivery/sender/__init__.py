"""The mock sender: delivers to several receivers, many at once, and can say afterwards what came of each delivery."""
