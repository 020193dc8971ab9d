"""Ce qu'un fichier présenté comme un message SOAP doit être avant d'être jugé par les règles de son service."""

from __future__ import annotations

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.xml import NS, enfants, espace, nom_local
from steps.verifications.registre import verification

LISIBLE = Regle(
    "SOAP-LEC-01", "Le fichier porte un message SOAP lisible sans danger",
    "W3C, SOAP 1.2 partie 1, § 5 ; RFC 9112 ; RFC 2046", Confiance.OFFICIELLE,
    "Fournir le corps SOAP, ou la requête HTTP entière, telle qu'elle part : bien formée et sans DOCTYPE.",
)  # fmt: skip
DEMANDE = Regle(
    "SOAP-REP-01", "Le message est une demande du logiciel, non une réponse du service",
    "Périmètre du banc : il juge ce que le logiciel envoie", Confiance.OFFICIELLE,
    "Contrôler la demande envoyée par le logiciel.",
)  # fmt: skip

ORDONNEE = Regle(
    "SOAP-ENV-01", "L'enveloppe porte un en-tête au plus, puis un corps, et rien d'autre",
    "W3C, SOAP 1.2 partie 1, § 5.1 et § 5.2", Confiance.OFFICIELLE,
    "Écrire Header puis Body, une fois chacun, et mettre chaque bloc d'en-tête dans un espace de noms.",
)  # fmt: skip

_REPONSES_HL7 = frozenset(f"PRPA_IN2013{rang}UV02" for rang in ("06", "08", "12", "13", "15", "16"))
_ENVELOPPES = (NS["soap"], NS["soap11"])


@verification(LISIBLE)
def enveloppe_lisible(racine: etree._Element | None, defaut: str = "") -> Constat:
    """Le message se lit et sa racine est une enveloppe SOAP. `defaut` : pourquoi il ne se lit pas."""
    if racine is None:
        return LISIBLE.enfreinte(
            "Le message ne peut pas être lu.", attendu="une enveloppe SOAP bien formée, sans DTD", recu=defaut,
            ou="fichier",
        )  # fmt: skip
    if nom_local(racine) != "Envelope" or espace(racine) not in _ENVELOPPES:
        return LISIBLE.enfreinte(
            "La racine n'est pas une enveloppe SOAP.", attendu=f"Envelope dans {NS['soap']}", recu=str(racine.tag),
            ou=f"racine (ligne {racine.sourceline})",
        )  # fmt: skip
    return LISIBLE.respectee(recu=f"enveloppe {espace(racine)}", ou="fichier")


@verification(ORDONNEE)
def enveloppe_ordonnee(racine: etree._Element) -> Constat:
    """Header facultatif puis Body dans l'enveloppe ; les blocs de l'en-tête ont un espace de noms."""
    uri = espace(racine)
    noms = [nom_local(enfant) if espace(enfant) == uri else str(enfant.tag) for enfant in enfants(racine)]
    entete = racine.find(f"{{{uri}}}Header")
    nus = [nom_local(bloc) for bloc in enfants(entete) if not espace(bloc)] if entete is not None else []
    recu = ", ".join([*noms, *(f"Header/{nom} sans espace de noms" for nom in nus)])
    if noms not in (["Header", "Body"], ["Body"]) or nus:
        return ORDONNEE.enfreinte(
            "L'enveloppe n'a pas la structure de SOAP.", attendu="Header puis Body, une fois chacun",
            recu=recu or "rien", ou=f"/Envelope (ligne {racine.sourceline})",
        )  # fmt: skip
    return ORDONNEE.respectee(recu=recu, ou="/Envelope")


@verification(DEMANDE)
def est_une_demande(racine: etree._Element, statut: int | None = None) -> list[Constat]:
    """Une réponse est reconnue et dite, sans être jugée ; une demande ne donne aucun constat."""
    contenu = contenu_du_corps(racine)
    nom = nom_local(contenu) if contenu is not None else ""
    if (
        statut is None
        and nom not in _REPONSES_HL7
        and nom not in ("Fault", "RESULTAT")
        and not nom.endswith("Response")
    ):
        return []
    vu = f"{nom or 'corps vide'}{f', statut HTTP {statut}' if statut is not None else ''}{_detail(contenu)}"
    return [
        DEMANDE.sans_objet(
            f"Le message est une réponse du service ({vu}) : le banc juge les demandes du logiciel, aucune règle ne "
            "porte sur ce que rend le service."
        )
    ]


def contenu_du_corps(racine: etree._Element) -> etree._Element | None:
    """Premier élément de Body, quelle que soit la version de SOAP."""
    corps = racine.find(f"{{{espace(racine)}}}Body")
    return next(enfants(corps), None) if corps is not None else None


def _detail(contenu: etree._Element | None) -> str:
    """Ce que dit une réponse : code du compte rendu, statut du registre, raison d'une faute."""
    if contenu is None:
        return ""
    for element in contenu.iter(etree.Element):
        if nom_local(element) in ("CodeCR", "Text", "faultstring") and element.text and element.text.strip():
            return f" : « {element.text.strip()[:200]} »"
    statut = contenu.get("status", "")
    return f" : {statut.rpartition(':')[2]}" if statut else ""
