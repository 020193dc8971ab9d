"""La vie d'un document dans le DMP : envoi unique, remplacement, suppression, cadence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import APPROVED, ARCHIVED, DELETED
from simulators.socle.echange import Echange
from steps.verifications.cda import version
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.message import numeros
from steps.verifications.dmp.sequence import suppressions
from steps.verifications.dmp.soumission import (
    DocumentSoumis,
    Soumission,
    alimentations,
    changements_de_statut,
    documents_soumis,
)
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

UNE_FOIS = Regle(
    "DMP-VIE-01", "Un document déjà enregistré n'est pas envoyé de nouveau", REM_BIO.format("DMP/HISTO.06, filtre iii"),
    Confiance.OFFICIELLE, "Retenir les documents déjà alimentés avec succès et les écarter des envois suivants.",
)  # fmt: skip
CADENCE = Regle(
    "DMP-VIE-02", "La vitesse maximale d'alimentation est respectée", REM_BIO.format("DMP/HISTO.06"),
    Confiance.OFFICIELLE, "Appliquer la vitesse paramétrée à l'ensemble du logiciel, toutes reprises confondues.",
)  # fmt: skip
CIBLE = Regle(
    "DMP-VIE-03", "Le lot remplace l'entrée du document précédent",
    "IHE ITI TF-3, § 4.2.2.2.3 (RPLC : cible = entryUUID d'une entrée en vigueur)", Confiance.DOCUMENTEE,
    "Écrire dans RPLC/@targetObject l'entryUUID de la version précédente, gardé ou retrouvé par TD3.1.",
)  # fmt: skip
PARENT = Regle(
    "DMP-VIE-04", "Le CDA remplaçant désigne la version précédente",
    "ANS, CI-SIS, structuration minimale des documents CDA R2, relatedDocument", Confiance.OFFICIELLE,
    "Écrire relatedDocument RPLC avec l'identifiant du CDA remplacé.",
)  # fmt: skip
NUMERO = Regle(
    "DMP-VIE-05", "Le numéro de version suit celui du document remplacé",
    "ANS, CI-SIS, structuration minimale des documents CDA R2, versionNumber", Confiance.DOCUMENTEE,
    "Incrémenter versionNumber de 1 à chaque version.",
)  # fmt: skip
LIGNEE = Regle(
    "DMP-VIE-06", "setId est commun aux deux versions, leur identifiant est propre à chacune",
    "ANS, CI-SIS, structuration minimale des documents CDA R2, setId", Confiance.OFFICIELLE,
    "Garder setId d'une version à l'autre et donner un nouvel identifiant à chaque version.",
)  # fmt: skip
SUPPRESSION = Regle(
    "DMP-VIE-07", "La suppression vise l'entrée du document choisi", REM_BIO.format("DMP/CONF.03"),
    Confiance.OFFICIELLE, "Écrire dans UpdateAvailabilityStatus/@targetObject l'entryUUID du document à supprimer.",
)  # fmt: skip
TRANSITION = Regle(
    "DMP-VIE-08", "La suppression passe un document en vigueur (ou archivé) à l'état supprimé",
    "ANS, CI-SIS, volet Partage de documents de santé : états Approved, Archived, Deleted", Confiance.DOCUMENTEE,
    "Écrire OriginalStatus = l'état du document et NewStatus = urn:asip:ci-sis:2010:StatusType:Deleted.",
)  # fmt: skip


@verification(UNE_FOIS)
def jamais_renvoye(echanges: Sequence[Echange]) -> Constat:
    """Aucun document déjà enregistré n'est envoyé de nouveau ; une reprise après échec est permise."""
    envois = documents_soumis(echanges)
    if not envois:
        return UNE_FOIS.sans_objet("aucun document envoyé")
    enregistres = {(d.echange, d.unique_id) for d in documents_soumis(echanges, acceptees=True)}
    deja: dict[str, DocumentSoumis] = {}
    doublons: list[tuple[DocumentSoumis, DocumentSoumis]] = []
    for document in envois:
        cles = [f"id {document.unique_id}", *([f"octets {document.sha256}"] if document.octets else [])]
        premier = next((deja[cle] for cle in cles if cle in deja), None)
        if premier is not None:
            doublons.append((premier, document))
        elif (document.echange, document.unique_id) in enregistres:
            deja.update(dict.fromkeys(cles, document))
    return juger(
        UNE_FOIS, not doublons, "Un document déjà enregistré a été envoyé de nouveau.",
        attendu="chaque document enregistré une fois",
        recu=", ".join(f"{d.unique_id} (n° {p.echange} puis n° {d.echange})" for p, d in doublons)
        or f"{len(envois)} document(s) distinct(s)",
        ou="uniqueId et octets des documents",
        echanges=tuple(d.echange for _, d in doublons) or tuple(d.echange for d in envois),
    )  # fmt: skip


@verification(CADENCE)
def vitesse_respectee(
    echanges: Sequence[Echange], maximum: int, *, tolerance: timedelta = timedelta(milliseconds=50)
) -> Constat:
    """Au plus `maximum` alimentations dans toute seconde glissante, `tolerance` couvrant la gigue du réseau."""
    if maximum < 1:
        raise ValueError("la vitesse maximale est d'au moins une transaction par seconde")
    envois = sorted(alimentations(echanges), key=lambda echange: echange.debut)
    if len(envois) <= maximum:
        return CADENCE.sans_objet(f"{len(envois)} alimentation(s) : il en faut plus de {maximum} pour juger la vitesse")
    ecarts = [(envois[i + maximum].debut - envois[i].debut, i) for i in range(len(envois) - maximum)]
    plus_court, rang = min(ecarts)
    pire = envois[rang : rang + maximum + 1]
    return juger(
        CADENCE, plus_court >= timedelta(seconds=1) - tolerance, "La vitesse maximale d'alimentation est dépassée.",
        attendu=f"au plus {maximum} transactions par seconde",
        recu=f"{maximum + 1} transactions en {plus_court.total_seconds():.3f} s", ou="heures d'arrivée des TD2.1",
        echanges=numeros(pire),
    )  # fmt: skip


@verification(CIBLE, PARENT, NUMERO, LIGNEE)
def remplacement_correct(
    ancien: DocumentSoumis, nouveau: DocumentSoumis, soumission: Soumission, contexte: ContexteDmp
) -> list[Constat]:
    """Le nouveau document remplace l'ancien : entrée du registre, CDA, numéro de version, lignée."""
    echanges = (ancien.echange, nouveau.echange)
    attendue = contexte.entree_du_document(ancien.unique_id)
    cible = soumission.cible_remplacee(nouveau)
    if attendue is None:
        constats = [CIBLE.sans_objet(f"le registre ne connaît pas {ancien.unique_id}", echanges=echanges)]
    else:
        constats = [
            juger(
                CIBLE, cible == attendue.entry_uuid, "Le lot ne remplace pas l'entrée de la version précédente.",
                attendu=f"{attendue.entry_uuid} (document {ancien.unique_id})", recu=cible or "aucune association RPLC",
                ou="Association RPLC / @targetObject", echanges=echanges,
            )
        ]  # fmt: skip
    avant, apres = ancien.cda, nouveau.cda
    if avant is None or apres is None:
        return [*constats, PARENT.sans_objet("un des deux documents n'est pas un CDA lisible", echanges=echanges)]
    lien = apres.remplace
    parents = [ident.unique_id for ident in lien.ids] if lien else []
    numero_avant, numero_apres = version(avant), version(apres)
    return [
        *constats,
        juger(
            PARENT, parents == [ancien.unique_id], "Le CDA ne désigne pas la version qu'il remplace.",
            attendu=ancien.unique_id, recu=", ".join(parents) or "aucun relatedDocument RPLC",
            ou="ClinicalDocument/relatedDocument/parentDocument/id", echanges=echanges,
        ),
        juger(
            NUMERO, numero_avant is not None and numero_apres == numero_avant + 1,
            "Le numéro de version ne suit pas celui du document remplacé.",
            attendu=str(numero_avant + 1 if numero_avant else "un entier positif"), recu=apres.version,
            ou="ClinicalDocument/versionNumber", echanges=echanges,
        ),
        juger(
            LIGNEE, apres.set_id is not None and apres.set_id == avant.set_id and apres.id != avant.id,
            "Les deux versions ne sont pas de la même lignée, ou portent le même identifiant.",
            attendu=f"setId {avant.set_id}, identifiant autre que {avant.id}",
            recu=f"setId {apres.set_id}, identifiant {apres.id}", ou="ClinicalDocument/setId", echanges=echanges,
        ),
    ]  # fmt: skip


@verification(SUPPRESSION, TRANSITION)
def suppression_correcte(echanges: Sequence[Echange], unique_id: str, contexte: ContexteDmp) -> list[Constat]:
    """Une suppression vise l'entrée du document `unique_id` et le passe à l'état supprimé."""
    actes = suppressions(echanges)
    attendue = contexte.entree_du_document(unique_id)
    if not actes:
        return [SUPPRESSION.sans_objet("aucune suppression (TD3.3c) observée")]
    if attendue is None:
        return [SUPPRESSION.sans_objet(f"le registre ne connaît pas {unique_id}", echanges=numeros(actes))]
    liens = [lien for acte in actes for lien in changements_de_statut(acte) if lien.new_status == DELETED]
    cibles = [lien.cible for lien in liens]
    connues = {e.entry_uuid for e in contexte.entrees_connues if e.unique_id == unique_id} | {attendue.lid} - {""}
    fausses = [cible for cible in cibles if cible not in connues]
    departs = sorted({lien.original_status for lien in liens})
    return [
        juger(
            SUPPRESSION, bool(cibles) and not fausses, "La suppression ne vise pas l'entrée du document choisi.",
            attendu=f"{attendue.entry_uuid} (document {unique_id})", recu=", ".join(fausses or cibles),
            ou="Association UpdateAvailabilityStatus / @targetObject", echanges=numeros(actes),
        ),
        juger(
            TRANSITION, all(depart in (APPROVED, ARCHIVED) for depart in departs),
            "L'état de départ de la suppression n'est pas celui d'un document en vigueur ou archivé.",
            attendu=f"OriginalStatus {APPROVED} ou {ARCHIVED}, NewStatus {DELETED}",
            recu=", ".join(departs) or "OriginalStatus absent", ou="Association UpdateAvailabilityStatus / Slot",
            echanges=numeros(actes),
        ),
    ]  # fmt: skip
