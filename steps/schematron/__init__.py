"""Jugement d'un document par les schematrons d'un kit fourni par l'utilisateur ; aucun schematron n'est livré."""
