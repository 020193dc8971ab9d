"""TD2.1 : alimentation (ITI-41). Les pièces sont lues par blocs, jamais tenues entières en mémoire."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from lxml import etree

from simulators.dmp import erreurs, reponses
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.controle_lot import Soumission, controler
from simulators.dmp.depot import Contenu, ContenuTropGrand
from simulators.dmp.ebrim import DEPRECATED, RPLC, LotSoumis
from simulators.dmp.ebrim_lecture import lire_lot
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import EntreeDocument
from simulators.dmp.xml import NS, texte
from simulators.socle.mtom import ErreurMtom

_ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"


def _traiter(appel: Appel) -> Resultat:
    contenu = appel.enveloppe.contenu
    demande = contenu.find("lcm:SubmitObjectsRequest", NS)
    if demande is None:
        raise erreurs.message_illisible("SubmitObjectsRequest absent.")
    lot = lire_lot(demande)
    _noter(appel, lot)
    dossier = appel.dossier()
    appel.droits.exiger("TD2.1", appel.vihf, dossier)
    if dossier is None:
        raise erreurs.dossier_inconnu()
    if dossier.ferme:
        raise erreurs.dossier_ferme()
    contenus = {identifiant: _lire_contenu(appel, element) for identifiant, element in _documents(contenu)}
    _noter_orphelines(appel)
    with appel.etat.verrou:
        refus = controler(
            Soumission(lot, contenus), vihf=appel.vihf, dossier=dossier, etat=appel.etat, reglages=appel.reglages
        )
        if refus:
            return _refuser(appel, refus)
        entrees = [
            EntreeDocument(
                fiche,
                contenus[fiche.id],
                deposant=appel.vihf.name_id,
                structure=appel.vihf.identifiant_structure,
            )
            for fiche in lot.documents
        ]
        faites = appel.etat.enregistrer(dossier, lot.lots[0], entrees, lot.associations)
        for lien in lot.liens(RPLC):
            appel.etat.changer_statut(dossier, lien.cible, DEPRECATED)
    appel.noter("entry_uuids", " ".join(entree.entry_uuid for entree in faites))
    corps = reponses.statut_registre(appel.table, ())
    return Resultat(corps, multipart=appel.reglages.reponse_alimentation_multipart)


def _noter(appel: Appel, lot: LotSoumis) -> None:
    appel.noter("unique_ids", " ".join(fiche.unique_id for fiche in lot.documents))
    appel.noter("lot", " ".join(soumission.unique_id for soumission in lot.lots))
    appel.noter("documents", len(lot.documents))
    remplaces = [lien.cible for lien in lot.liens(RPLC)]
    if remplaces:
        appel.noter("remplace", " ".join(remplaces))


def _noter_orphelines(appel: Appel) -> None:
    """Parties MIME que rien ne désigne : un serveur les ignore, le banc les consigne."""
    if appel.mtom is None:
        return
    inclusions = appel.enveloppe.contenu.iter(f"{{{NS['xop']}}}Include")
    visees = [appel.mtom.resoudre(element.get("href", "")) for element in inclusions]
    orphelines = [p for p in appel.mtom.parties if p is not appel.mtom.racine and not any(p is v for v in visees)]
    if orphelines:
        appel.noter("parties_orphelines", " ".join(partie.content_id for partie in orphelines))


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    corps = reponses.statut_registre(appel.table, refus)
    appel.noter("refus", " ; ".join(str(element) for element in refus))
    return Resultat(
        corps,
        codes=tuple(appel.table[element.cle].code for element in refus),
        multipart=appel.reglages.reponse_alimentation_multipart,
    )


def _documents(contenu: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    vus: set[str] = set()
    for element in contenu.findall("xdsb:Document", NS):
        identifiant = element.get("id", "")
        if identifiant in vus:
            raise erreurs.metadonnees_entrepot("deux xdsb:Document de même identifiant", identifiant)
        vus.add(identifiant)
        yield identifiant, element


def _lire_contenu(appel: Appel, element: etree._Element) -> Contenu:
    identifiant = element.get("id", "")
    inclusion = element.find("xop:Include", NS)
    try:
        if inclusion is None:
            appel.noter("contenu_en_ligne", identifiant)
            return appel.etat.depot.ranger([_base64(texte(element), identifiant)], appel.reglages.octets_document_max)
        partie = appel.mtom.resoudre(inclusion.get("href", "")) if appel.mtom is not None else None
        if partie is None:
            raise erreurs.document_absent(identifiant)
        return appel.etat.depot.ranger(partie.blocs(appel.fichier), appel.reglages.octets_document_max)
    except ContenuTropGrand as erreur:
        raise erreurs.ressources_epuisees(str(erreur), identifiant) from erreur
    except ErreurMtom as erreur:
        raise erreurs.mtom_invalide(str(erreur)) from erreur


def _base64(valeur: str, identifiant: str) -> bytes:
    try:
        octets = base64.b64decode("".join(valeur.split()), validate=True)
    except (binascii.Error, ValueError) as erreur:
        raise erreurs.metadonnees_entrepot("contenu base64 invalide", identifiant) from erreur
    if not octets:
        raise erreurs.document_absent(identifiant)
    return octets


ENDPOINT = Endpoint(
    service="repository",
    operation="TD2.1",
    action=_ACTION,
    action_reponse=f"{_ACTION}Response",
    racine=(NS["xdsb"], "ProvideAndRegisterDocumentSetRequest"),
    traiter=_traiter,
    refuser=_refuser,
)
