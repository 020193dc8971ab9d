"""Un dossier par opération ; chacun expose `POINT` et porte ses exemples."""
