"""Les documents du tableau de bord et leurs flux : validés un à un, vus arriver au DMP et par MSSanté."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from requirements.modele import DocumentProduit
from simulators.socle.acteurs import STRUCTURE
from simulators.socle.correspondants import Correspondant
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir
from steps.etapes.dmp_commun import delai_d_observation, identifiant_national, valider_cr
from steps.etapes.mss_commun import adresse_du_patient
from steps.patients import PatientEssai
from steps.verifications import chiffres_transmissions
from steps.verifications.cda.dates import PARIS
from steps.verifications.chiffres_transmissions import Transmission


@dataclass(frozen=True)
class Acte:
    """Un document validé. `jour` : celui de l'acte ; `role` : qui l'a signé ; `type_code` : son type (LOINC)."""

    document: DocumentEssai
    jour: date
    role: str
    type_code: str


@dataclass
class Suivi:
    """Un patient du scénario, son correspondant, ses documents dans l'ordre de leur validation."""

    patient: PatientEssai
    correspondant: Correspondant
    actes: list[Acte] = field(default_factory=list)
    manques: set[str] = field(default_factory=set)


def suivis(essai: Essai) -> list[Suivi]:
    """Les patients du scénario."""
    patients: list[Suivi] = essai.releves.setdefault("suivis", [])
    return patients


def valider(essai: Essai, suivi: Suivi, acte: datetime, role: str, quoi: DocumentProduit | None = None) -> None:
    """Fait valider un document de ce patient (`quoi`, ou celui du couloir) ; lève `NonConcluant` s'il n'en est rien."""
    nom = f"{suivi.patient.nom}, compte rendu {len(suivi.actes) + 1}"
    moment = acte.isoformat(timespec="seconds")
    document = valider_cr(essai, nom, suivi.patient, role=role, date_acte=moment, quoi=quoi)
    if document is None:
        raise NonConcluant(f"valider_compte_rendu n'a pas rendu de document : {essai.derniere.en_phrase()}")
    type_code = (quoi or document_couloir.principal(essai)).code
    suivi.actes.append(Acte(document, acte.date(), role, type_code))


def _recus_par_canal(essai: Essai) -> dict[str, dict[str, int]]:
    """canal → matricule → comptes rendus arrivés : registre du DMP, messages acceptés par l'opérateur."""
    recus: dict[str, dict[str, int]] = {canal: {} for canal in chiffres_transmissions.CANAUX}
    adresses: dict[str, tuple[str, str]] = {}
    for suivi in suivis(essai):
        matricule = suivi.patient.reference.matricule_ins
        dossier = essai.banc.dmp.etat.dossier(matricule)
        documents = essai.banc.dmp.etat.documents(dossier) if dossier else ()
        voulus = {acte.type_code for acte in suivi.actes}
        codes = [entree.fiche.type_code.code for entree in documents if entree.fiche.type_code]
        recus["dmp"][matricule] = sum(code in voulus for code in codes)
        adresses[suivi.correspondant.bal.lower()] = ("mss_professionnel", matricule)
        adresses[adresse_du_patient(suivi.patient).lower()] = ("mss_patient", matricule)
    for echange in essai.echanges("mssante", "smtp:DATA", tout=True):
        if echange.reponse is None or echange.reponse.statut != 250:
            continue
        for destinataire in echange.notes.get("destinataires", "").lower().split():
            if destinataire in adresses:
                canal, matricule = adresses[destinataire]
                recus[canal][matricule] = recus[canal].get(matricule, 0) + 1
    return recus


def prevues(essai: Essai) -> int:
    """Les transmissions réussies que les documents validés doivent donner."""
    qualifies = sum(len(s.actes) - len(s.manques & {"dmp"}) for s in suivis(essai) if s.patient.statut == "QUAL")
    autres = sum(len(s.actes) for s in suivis(essai) if s.patient.statut != "QUAL")
    return 3 * qualifies + autres


def attendre(essai: Essai) -> dict[str, dict[str, int]]:
    """Ce qui est arrivé, une fois tout arrivé ou le temps d'observation écoulé."""
    recus = _recus_par_canal(essai)
    if sum(map(sum, (par.values() for par in recus.values()))) < prevues(essai):
        essai.journal.attendre(
            lambda _: sum(map(sum, (par.values() for par in _recus_par_canal(essai).values()))) >= prevues(essai),
            depuis=essai.debut,
            delai=delai_d_observation(essai),
        )
        recus = _recus_par_canal(essai)
    return recus


def transmissions(essai: Essai) -> list[Transmission]:
    """Les transmissions vues : pour chaque patient et canal, les premiers comptes rendus dans l'ordre validé."""
    if "transmissions" in essai.releves:
        vues: list[Transmission] = essai.releves["transmissions"]
        return vues
    recus = attendre(essai)
    aujourd_hui = datetime.now(PARIS).date()
    trouvees = []
    for suivi in suivis(essai):
        for canal, par_patient in recus.items():
            arrives = par_patient.get(suivi.patient.reference.matricule_ins, 0)
            for rang, acte in enumerate(suivi.actes):
                manque = canal in suivi.manques and rang == len(suivi.actes) - 1
                if rang < arrives or manque:
                    trouvees.append(
                        Transmission(
                            acte.document.document_id,
                            suivi.patient.patient_id,
                            canal,
                            rang < arrives,
                            suivi.patient.statut == "QUAL",
                            acte.jour,
                            aujourd_hui,
                            STRUCTURE.finess,
                            identifiant_national(essai, acte.role),
                            acte.type_code,
                        )
                    )
    essai.releves["transmissions"] = trouvees
    return trouvees


def jugees(essai: Essai) -> list[Transmission]:
    """Les transmissions que le tableau de bord doit compter : toutes, ou celles à l'INS qualifiée s'il s'y tient."""
    return [t for t in transmissions(essai) if t.ins_qualifiee or not par_type(essai)]


def par_type(essai: Essai) -> bool:
    """Vrai si l'exigence demande les tentatives à l'INS qualifiée, par type de document (et non par signataire)."""
    return bool(essai.releves.get("par type"))
