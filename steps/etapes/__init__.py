"""Les phrases des features : ce que l'utilisateur fait, ce qui doit s'observer."""
