"""Un message SOAP lu dans un fichier, et ce qu'un fichier ne permet pas de juger."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS, espace
from simulators.socle.echange import Echange
from steps.controle.examens.requete_http import MessageFichier
from steps.controle.modele import ContexteControle, TypeFichier


@dataclass(frozen=True)
class MessageSoap:
    """Un message prêt à juger : le fichier, sa racine XML, l'échange qui en tient lieu, et si l'heure est connue."""

    type: TypeFichier
    fichier: MessageFichier
    racine: etree._Element
    echange: Echange
    lisible: Constat
    instant_connu: bool

    @property
    def assertions(self) -> list[etree._Element]:
        """Assertions SAML de l'en-tête Security."""
        return self.racine.findall(f"{{{espace(self.racine)}}}Header/wsse:Security/saml:Assertion", NS)

    def perimetre(self, contexte: ContexteControle) -> tuple[str, ...]:
        """Une phrase par étage que le fichier ne permet pas de jouer."""
        lignes = ["non joué : connexion TLS et certificat client (un fichier ne les porte pas)"]
        if not self.fichier.methode:
            lignes.append("non joué : méthode et chemin HTTP (pas de ligne de requête dans le fichier)")
        if not self.fichier.entetes or self.fichier.deduits:
            lignes.append("non joué : en-têtes HTTP (absents du fichier)")
        lignes.append("non joué : règles de suite (identifiants jamais réemployés, ordre et répétition des appels)")
        if not self.instant_connu:
            lignes.append(
                "non joué : fraîcheur à l'heure de l'envoi (aucun instant donné) ; les heures écrites sont comparées "
                "entre elles"
            )
        if self.assertions and not contexte.ancres:
            lignes.append("non joué : autorité du certificat signataire (aucune autorité donnée)")
        return tuple(lignes)
