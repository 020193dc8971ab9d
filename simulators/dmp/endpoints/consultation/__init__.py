"""TD3.2 : consultation de documents (ITI-43). La réponse est toujours multipart, fautes comprises."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from simulators.dmp import erreurs, reponses
from simulators.dmp.appel import Appel, Endpoint, Resultat
from simulators.dmp.droits import est_visible
from simulators.dmp.erreurs import Refus
from simulators.dmp.etat import Dossier, EntreeDocument
from simulators.dmp.xml import NS, texte
from simulators.socle.echange import Corps

_ACTION = "urn:ihe:iti:2007:RetrieveDocumentSet"


def _traiter(appel: Appel) -> Resultat:
    demandes = appel.enveloppe.contenu.findall("xdsb:DocumentRequest", NS)
    appel.noter("unique_ids", " ".join(texte(d.find("xdsb:DocumentUniqueId", NS)) for d in demandes))
    dossier = appel.dossier()
    appel.droits.exiger("TD3.2", appel.vihf, dossier)
    if not demandes:
        raise erreurs.message_illisible("aucun DocumentRequest.")
    if dossier is None:
        raise erreurs.dossier_inconnu()
    if dossier.ferme:
        raise erreurs.dossier_ferme()
    trouves: list[EntreeDocument] = []
    refus: list[Refus] = []
    for demande in demandes:
        entrepot = texte(demande.find("xdsb:RepositoryUniqueId", NS))
        unique_id = texte(demande.find("xdsb:DocumentUniqueId", NS))
        if entrepot != appel.reglages.identifiant_entrepot:
            refus.append(erreurs.entrepot_inconnu(entrepot))
            continue
        entree = _trouver(appel, dossier, unique_id)
        if entree is None or (appel.joue("succes_partiel") and trouves):
            refus.append(erreurs.document_inconnu(unique_id))
        else:
            trouves.append(entree)
    if not trouves:
        return _refuser(appel, refus)
    if refus:
        appel.noter("refus", " ; ".join(str(element) for element in refus))
    return _rendre(appel, trouves, refus)


def _trouver(appel: Appel, dossier: Dossier, unique_id: str) -> EntreeDocument | None:
    entree = dossier.par_unique_id(unique_id)
    if entree is None or appel.joue("documents_masques"):
        return None
    return entree if est_visible(entree, appel.vihf, dossier) else None


def _rendre(appel: Appel, trouves: Sequence[EntreeDocument], refus: Sequence[Refus]) -> Resultat:
    pieces: list[tuple[str, str, Corps]] = []
    elements: list[str] = []
    for entree in trouves:
        identifiant = f"{uuid.uuid4()}@banc-sons.test"
        pieces.append((identifiant, entree.fiche.mime_type or "application/octet-stream", entree.corps))
        elements.append(
            "<xdsb:DocumentResponse>"
            f"<xdsb:RepositoryUniqueId>{escape(appel.reglages.identifiant_entrepot)}</xdsb:RepositoryUniqueId>"
            f"<xdsb:DocumentUniqueId>{escape(entree.unique_id)}</xdsb:DocumentUniqueId>"
            f"<xdsb:mimeType>{escape(entree.fiche.mime_type)}</xdsb:mimeType>"
            f'<xdsb:Document><xop:Include xmlns:xop="{NS["xop"]}" href="cid:{quote(identifiant, safe="@")}"/>'
            "</xdsb:Document>"
            "</xdsb:DocumentResponse>"
        )
    statut = reponses.statut_registre(appel.table, refus, partiel=True)
    codes = ("PartialSuccess", *(appel.table[r.cle].code for r in refus)) if refus else ("Success",)
    return Resultat(_enrober(statut + "".join(elements)), tuple(pieces), codes)


def _refuser(appel: Appel, refus: Sequence[Refus]) -> Resultat:
    appel.noter("refus", " ; ".join(str(element) for element in refus))
    codes = tuple(appel.table[element.cle].code for element in refus)
    return Resultat(_enrober(reponses.statut_registre(appel.table, refus)), codes=codes)


def _enrober(corps: str) -> str:
    return f'<xdsb:RetrieveDocumentSetResponse xmlns:xdsb="{NS["xdsb"]}">{corps}</xdsb:RetrieveDocumentSetResponse>'


ENDPOINT = Endpoint(
    service="repository",
    operation="TD3.2",
    action=_ACTION,
    action_reponse=f"{_ACTION}Response",
    racine=(NS["xdsb"], "RetrieveDocumentSetRequest"),
    traiter=_traiter,
    refuser=_refuser,
    multipart=True,
)
