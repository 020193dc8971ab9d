"""L'accès IMAP de l'opérateur MSSanté (RFC 3501, 9051 et extensions)."""
