"""Essais du moteur Schematron. Les schematrons d'essai sont les nôtres ; le kit officiel est lu où dit KIT_CI_SIS."""
