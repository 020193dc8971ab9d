"""Un module (ou un dossier) par point d'accès."""
