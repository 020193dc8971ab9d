"""XPath 2.0 évalué par nous sur lxml : analyse, compilation en Python, exécution ; le reste lève `HorsDePortee`."""
