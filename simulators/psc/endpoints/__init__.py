"""Un module, ou un dossier avec ses exemples, par point d'accès."""
