"""Autoconfiguration d'une BAL : le fichier de son opérateur lu, ses serveurs repris, la connexion essayée."""

from __future__ import annotations

from urllib.parse import quote

from simulators.logiciel_temoin.environnement import Bal, ServiceMss
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.soap import ReponseIllisible, lire_xml
from simulators.logiciel_temoin.transport import ErreurTransport


def configurer(labo: Labo, bal: Bal) -> None:
    """Lève `Echec` si le fichier ne se lit pas ou si la connexion d'essai n'aboutit pas."""
    if labo.defaut("mss_autoconfiguration_absente"):
        return
    service = _lire(labo, bal)
    if not labo.defaut("mss_autoconfiguration_ignoree"):
        labo.postes.configurer(bal, service)
    if labo.defaut("mss_autoconfiguration_sans_essai"):
        return
    try:
        labo.postes.imap(bal).relever(lambda _validite: set(), lambda *_: None)
    except ErreurConnexion as erreur:
        raise Echec(f"La connexion d'essai à {bal.adresse} n'aboutit pas : {erreur}.") from erreur


def _lire(labo: Labo, bal: Bal) -> ServiceMss:
    service = labo.postes.service
    if not service.autoconfiguration:
        raise Refus("L'adresse du fichier d'autoconfiguration n'est pas connue.")
    try:
        reponse = labo.transport.obtenir(f"{service.autoconfiguration}?emailaddress={quote(bal.adresse)}", {})
        fournisseur = lire_xml(reponse.octets).find("emailProvider")
    except (ErreurTransport, ReponseIllisible) as erreur:
        raise Echec(f"Le fichier d'autoconfiguration ne se lit pas : {erreur}.") from erreur
    points = {}
    for balise in ("incomingServer", "outgoingServer"):
        serveur = fournisseur.find(balise) if fournisseur is not None else None
        if serveur is None or serveur.findtext("socketType") != "STARTTLS":
            raise Echec("Le fichier d'autoconfiguration ne donne pas les serveurs attendus.")
        points[balise] = (str(serveur.findtext("hostname")), int(serveur.findtext("port") or 0))
    return ServiceMss(service.domaine, points["outgoingServer"], points["incomingServer"], service.autoconfiguration)
