"""Reprise d'historique : sélection, envoi à vitesse bornée, indicateur mensuel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from simulators.logiciel_temoin import alimentation
from simulators.logiciel_temoin.base import Document, Sejour
from simulators.logiciel_temoin.cadence import Cadence
from simulators.logiciel_temoin.dmp_client import ErreurDmp, Session
from simulators.logiciel_temoin.documents import FIGES
from simulators.logiciel_temoin.horloge import PARIS
from simulators.logiciel_temoin.identite import QUAL, RECUP
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

FORMULE = (
    "100 × (séjours clôturés du mois dont le patient a eu un séjour clos dans les 5 ans qui précèdent, et dont au "
    "moins un document d'un de ces séjours antérieurs est dans le DMP) ÷ (séjours clôturés du mois dont le patient a "
    "eu un séjour clos dans les 5 ans qui précèdent)"
)


@dataclass(frozen=True)
class Filtres:
    """Filtres d'une reprise ; None : pas de filtre."""

    patients: list[str] | None = None
    types_locaux: list[str] | None = None
    du: str | None = None
    au: str | None = None


@dataclass
class Reprise:
    """Ce qu'une reprise a envoyé et écarté."""

    envoyes: list[str] = field(default_factory=list)
    ecartes: list[dict[str, str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def reprendre(labo: Labo, utilisateur: Utilisateur, filtres: Filtres, simuler: bool) -> Reprise:
    """Envoie les documents antérieurs retenus, sans dépasser la vitesse réglée."""
    reprise = Reprise()
    vitesse = labo.reglages.lire("vitesse_alimentation_dmp")
    if vitesse and labo.defaut("vitesse_par_document"):
        vitesse *= 10
    cadence = Cadence(float(vitesse)) if vitesse and not labo.defaut("vitesse_non_limitee") else None
    sessions: dict[str, Session] = {}
    candidats = sorted(_candidats(labo, filtres), key=lambda d: d.date_acte)
    for document in candidats:
        motif = motif_d_ecart(labo, document, filtres)
        if motif:
            reprise.ecartes.append({"document_id": document.document_id, "motif": motif})
        elif simuler and not labo.defaut("simulation_envoie"):
            reprise.envoyes.append(document.document_id)
        else:
            _envoyer(labo, utilisateur, document, sessions, cadence, reprise)
    if simuler:
        reprise.messages.append("Simulation : les documents sélectionnés n'ont pas été envoyés.")
    return reprise


def _candidats(labo: Labo, filtres: Filtres) -> list[Document]:
    return [
        d
        for d in list(labo.base.documents.values())
        if d.patient_id and d.origine != "dmp" and (filtres.patients is None or d.patient_id in filtres.patients)
    ]


def motif_d_ecart(labo: Labo, document: Document, filtres: Filtres) -> str | None:
    patient = labo.base.patient(document.patient_id)
    if patient.decede and not labo.defaut("historique_deces_ignore"):
        return "patient décédé"
    recupere = labo.defaut("historique_non_qualifie") and patient.statut == RECUP
    if patient.statut != QUAL and not recupere:
        return "INS non qualifiée"
    if patient.opposition_alimentation and not labo.defaut("historique_opposition_ignoree"):
        return "opposition du patient à l'alimentation"
    if document.etat_dmp in FIGES and not labo.defaut("historique_renvoi"):
        return "déjà alimenté"
    types = filtres.types_locaux
    if types is not None and document.type_local not in types and not labo.defaut("historique_types_ignores"):
        return "type de document non retenu"
    jour = document.date_acte.astimezone(PARIS).date().isoformat()
    hors = (filtres.du and jour < filtres.du) or (filtres.au and jour > filtres.au)
    if hors and not labo.defaut("historique_dates_ignorees"):
        return "date de l'acte hors de la période"
    return alimentation.motif_propre(labo, document)


def _envoyer(
    labo: Labo,
    utilisateur: Utilisateur,
    document: Document,
    sessions: dict[str, Session],
    cadence: Cadence | None,
    reprise: Reprise,
) -> None:
    patient = labo.base.patient(document.patient_id)
    try:
        if patient.patient_id not in sessions:
            sessions[patient.patient_id] = alimentation.ouvrir(labo, utilisateur, patient, cadence)
        alimentation.envoyer(labo, utilisateur, document, sessions[patient.patient_id], repris=True)
        reprise.envoyes.append(document.document_id)
    except ErreurDmp as erreur:
        reprise.ecartes.append({"document_id": document.document_id, "motif": f"échec : {erreur.code}"})
        reprise.messages.append(f"{document.document_id} : {erreur}")


@dataclass(frozen=True)
class Indicateur:
    """Indicateur d'un mois."""

    numerateur: int
    denominateur: int

    @property
    def pourcentage(self) -> float | None:
        return round(100 * self.numerateur / self.denominateur, 2) if self.denominateur else None


def indicateur(labo: Labo, mois: str) -> Indicateur:
    """Séjours clôturés du mois qui ont un antécédent, et part dont un document antérieur est au DMP."""
    sejours = list(labo.base.sejours.values())
    numerateur = denominateur = 0
    for sejour in sejours:
        if sejour.fin.astimezone(PARIS).strftime("%Y-%m") != mois:
            continue
        anterieurs = [a for a in sejours if a.patient_id == sejour.patient_id and _anterieur(labo, a, sejour)]
        if not anterieurs and not labo.defaut("indicateur_tous_les_sejours"):
            continue
        denominateur += 1
        if labo.defaut("indicateur_documents_du_sejour"):
            anterieurs = [*anterieurs, sejour]
        numerateur += any(_alimente(labo, anterieur) for anterieur in anterieurs)
    return Indicateur(numerateur, denominateur)


def _anterieur(labo: Labo, ancien: Sejour, sejour: Sejour) -> bool:
    if ancien is sejour or ancien.fin > sejour.debut:
        return False
    return labo.defaut("indicateur_sans_limite") or ancien.fin >= _cinq_ans_avant(sejour.debut)


def _cinq_ans_avant(instant: datetime) -> datetime:
    try:
        return instant.replace(year=instant.year - 5)
    except ValueError:
        return instant.replace(year=instant.year - 5, day=28)


def _alimente(labo: Labo, sejour: Sejour) -> bool:
    """Un document du séjour, désigné ou daté de ce séjour, est (ou a été) dans le DMP."""
    return any(
        d.etat_dmp in FIGES
        for d in labo.base.documents_de(sejour.patient_id)
        if d.document_id in sejour.documents or (d.origine != "dmp" and sejour.debut <= d.date_acte <= sejour.fin)
    )
