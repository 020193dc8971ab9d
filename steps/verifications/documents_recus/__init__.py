"""Documents reçus par messagerie : ce que le logiciel en montre, recalculé depuis le CDA envoyé."""
