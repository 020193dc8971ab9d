"""`python -m steps controler` : juger des fichiers sans logiciel, par les mêmes vérifications que les campagnes."""
