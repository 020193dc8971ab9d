"""Les sorties d'un contrôle : terminal, JSON, HTML, SARIF."""
