"""Essais du moteur Schematron ; les schematrons fabriqués ici sont les nôtres, le kit officiel est lu où dit l'environnement."""
