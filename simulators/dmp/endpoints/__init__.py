"""Les transactions du DMP, une par sous-paquet ; chacune est trouvée au démarrage par son `ENDPOINT` ou sa `PAGE`."""
