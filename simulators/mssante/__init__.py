"""Messagerie MSSanté simulée : opérateur (SMTP, IMAP), messagerie des usagers, liste blanche, autoconfiguration."""
