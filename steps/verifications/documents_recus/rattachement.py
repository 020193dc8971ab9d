"""Un document reçu rangé au dossier d'un patient : comparaison des traits, bon dossier, métadonnées reprises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.dates import instant_de
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.instants import instant_decale
from steps.verifications.registre import verification

_REM = "REM LGC, exigence {} (travaux de concertation 2023)"
_PATIENT = "documents du patient"
_TRAITS = {
    "nom_naissance": "le nom de naissance",
    "premier_prenom_naissance": "le premier prénom",
    "date_naissance": "la date de naissance",
    "sexe": "le sexe",
}

R_COMPARE = Regle(
    "RECU-TRAITS-01",
    "Les traits du document sont mis en regard de ceux du patient recherché",
    _REM.format("LGC.ERGO/va1.08"),
    Confiance.OFFICIELLE,
    "Avant de rattacher un document sans identité qualifiée, montrez ses traits à côté de ceux de la fiche.",
)
R_DIFFERENCE = Regle(
    "RECU-TRAITS-02",
    "Un trait qui diffère n'est pas montré comme identique",
    _REM.format("LGC.ERGO/va1.08"),
    Confiance.OFFICIELLE,
    "Comparez chaque trait, et signalez celui qui diffère.",
)
R_BON_DOSSIER = Regle(
    "RECU-RATT-01",
    "Le document rattaché est au dossier du patient choisi, et à aucun autre",
    _REM.format("LGC.ERGO/va1.08"),
    Confiance.OFFICIELLE,
    "Rangez le document au dossier choisi ; n'en créez pas d'autre.",
)
R_METADONNEES = Regle(
    "RECU-CLASSE-01",
    "Un document classé garde, sans saisie, le type et la date de l'enveloppe CDA",
    _REM.format("LGC.MSS/va1.28"),
    Confiance.OFFICIELLE,
    "Reprenez du CDA le code du type et effectiveTime.",
)


@verification(R_COMPARE, R_DIFFERENCE)
def traits_compares(cda: bytes, fiche: Mapping[str, Any], montres: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """`fiche` : traits de la fiche du patient ; `montres` : champ, valeurs du document et de la fiche, identique."""
    patient = lire_cda(cda).patient
    sexe = patient.sexe.code if patient.sexe else ""
    naissance = patient.naissance[:8]
    du_document = {
        "nom_naissance": patient.nom("BR"),
        "premier_prenom_naissance": patient.prenom("BR"),
        "date_naissance": f"{naissance[:4]}-{naissance[4:6]}-{naissance[6:8]}" if len(naissance) == 8 else naissance,
        "sexe": sexe if sexe in ("M", "F") else "I",
    }
    par_champ = {str(m.get("champ")): m for m in montres}
    constats = []
    for champ, libelle in _TRAITS.items():
        ligne = par_champ.get(champ, {})
        attendus = (du_document[champ], str(fiche.get(champ) or ""))
        vus = (str(ligne.get("document") or ""), str(ligne.get("patient") or ""))
        constats.append(
            juger(
                R_COMPARE,
                tuple(map(comparable, vus)) == tuple(map(comparable, attendus)),
                f"{libelle} n'est pas mis en regard",
                attendu=f"document {attendus[0]}, fiche {attendus[1]}",
                recu=f"document {vus[0] or 'rien'}, fiche {vus[1] or 'rien'}",
                ou="comparaison des traits",
            )
        )
        if comparable(attendus[0]) != comparable(attendus[1]) and "identique" in ligne:
            constats.append(
                juger(
                    R_DIFFERENCE,
                    not ligne["identique"],
                    f"{libelle} diffère et le logiciel le dit identique",
                    attendu="montré comme différent",
                    recu="identique" if ligne["identique"] else "différent",
                    ou="comparaison des traits",
                )
            )
    return constats


@verification(R_BON_DOSSIER)
def au_bon_dossier(document_id: str, du_patient: Sequence[str], des_autres: Sequence[str]) -> Constat:
    """`du_patient` : documents de son dossier ; `des_autres` : ceux des autres dossiers du scénario."""
    return juger(
        R_BON_DOSSIER,
        document_id in du_patient and document_id not in des_autres,
        "le document rattaché n'est pas au seul dossier du patient choisi",
        attendu="au dossier du patient, et à aucun autre",
        recu=f"{'présent' if document_id in du_patient else 'absent'} au dossier du patient, "
        f"{'présent' if document_id in des_autres else 'absent'} ailleurs",
        ou="dossiers des patients",
    )


@verification(R_METADONNEES)
def classe_avec_ses_metadonnees(cda: bytes, montre: Mapping[str, Any]) -> Constat:
    """Le document classé, tel que la liste du patient le montre : type et date du CDA.

    La date est celle de création ; à défaut, celle de l'acte. Sans décalage horaire, elle est à regarder.
    """
    entete = lire_cda(cda)
    code = entete.code.code if entete.code else ""
    creation = bool(montre.get("date_creation"))
    ecrite = entete.date_creation if creation else next((a.debut for a in entete.actes if a.debut), "")
    montree = str(montre.get("date_creation") or montre.get("date_acte") or "")
    attendu, lu = instant_de(ecrite), instant_decale(montree)
    type_juste = montre.get("type_code") == code
    if type_juste and montree and (attendu is None or lu is None):
        return R_METADONNEES.a_regarder(
            f"comparez la date montrée à celle du document ({ecrite or 'absente'})", recu=montree, ou=_PATIENT
        )
    ecarts = [] if type_juste else [f"type {montre.get('type_code') or 'absent'}"]
    if attendu is None or lu is None or abs((lu - attendu).total_seconds()) >= 60:
        ecarts.append(f"date {montree or 'absente'}")
    return juger(
        R_METADONNEES,
        not ecarts,
        "le document classé n'a pas le type et la date de son enveloppe",
        attendu=f"type {code}, date {ecrite}",
        recu=", ".join(ecarts) or "type et date du CDA",
        ou=_PATIENT,
    )
