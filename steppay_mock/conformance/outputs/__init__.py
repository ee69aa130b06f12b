"""The outputs of a scorecard: a web page, JUnit XML, SARIF and a badge."""
