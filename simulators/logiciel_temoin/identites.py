"""La vie d'une identité : création, modification, validation, attributs, rétrogradations."""

from __future__ import annotations

from typing import Any

from simulators.logiciel_temoin import diffusion
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import jour_francais, maintenant
from simulators.logiciel_temoin.identite import (
    LIBELLES,
    MATRICULE,
    OBLIGATOIRES,
    PROV,
    QUAL,
    RECUP,
    TOUJOURS_AFFICHES,
    TRAITS_STRICTS,
    VALI,
    ChangementStatut,
    Patient,
    erreur_champ,
    identite_vide,
    nature_matricule,
)
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

VERROUILLES = (*MATRICULE, *TRAITS_STRICTS)
_RETROGRADE = {RECUP: PROV, QUAL: VALI}


def creer(labo: Labo, utilisateur: Utilisateur, saisie: dict[str, Any], justificatif: str | None) -> Patient:
    """Crée une fiche au statut provisoire, ou refuse la saisie."""
    identite = _saisie_controlee(labo, saisie)
    if justificatif and not labo.reglages.justificatif_connu(justificatif):
        raise Refus(f"Justificatif inconnu du paramétrage : {justificatif}.")
    statut = VALI if labo.defaut("statut_initial_valide") else PROV
    patient = enregistrer(labo, utilisateur, identite, statut)
    if justificatif:
        appliquer_justificatif(labo, utilisateur, patient, justificatif)
    return patient


def _saisie_controlee(labo: Labo, saisie: dict[str, Any]) -> dict[str, str | None]:
    inconnus = sorted(set(saisie) - set(LIBELLES))
    if inconnus:
        raise Refus("Champs inconnus : " + ", ".join(inconnus))
    if any(saisie.get(champ) for champ in MATRICULE):
        raise Refus("Le matricule INS et son OID ne se saisissent pas : ils viennent du téléservice INSi.")
    identite = identite_vide() | {c: str(v or "") for c, v in saisie.items() if c not in MATRICULE}
    noms = (identite["nom_naissance"] or "", identite["nom_utilise"] or "")
    if noms != tuple(nom.upper() for nom in noms) and labo.defaut("minuscules_acceptees"):
        identite = {c: v.upper() if v and c in ("nom_naissance", "nom_utilise") else v for c, v in identite.items()}
    obligatoires = list(OBLIGATOIRES)
    if not identite["code_lieu_naissance"] and labo.defaut("lieu_naissance_facultatif"):
        obligatoires.remove("code_lieu_naissance")
    if not identite["nom_utilise"] and labo.defaut("nom_utilise_obligatoire"):
        obligatoires.append("nom_utilise")
    erreurs = [f"{LIBELLES[c]} : champ obligatoire." for c in obligatoires if not identite[c]]
    erreurs += [e for c, v in identite.items() if (e := _controle(labo, c, v or ""))]
    if erreurs:
        raise Refus(*erreurs)
    return identite


def _controle(labo: Labo, champ: str, valeur: str) -> str | None:
    if champ in ("nom_naissance", "premier_prenom_naissance"):
        if erreur_champ(champ, valeur) and labo.defaut("accents_acceptes"):
            return None
        if "'" in valeur and labo.defaut("apostrophe_refusee"):
            return f"{LIBELLES[champ]} : l'apostrophe n'est pas admise."
        if len(valeur) > 30 and labo.defaut("nom_limite_30"):
            return f"{LIBELLES[champ]} : 30 caractères au plus."
    erreur = erreur_champ(champ, valeur)
    if champ == "date_naissance" and valeur.endswith("-02-29") and labo.defaut("date_29_fevrier_refusee"):
        return f"{LIBELLES[champ]} : jour impossible."
    if erreur and champ == "date_naissance" and labo.defaut("date_non_controlee"):
        return None
    return erreur


def enregistrer(labo: Labo, utilisateur: Utilisateur, identite: dict[str, str | None], statut: str) -> Patient:
    """Range une nouvelle fiche, la trace et l'annonce."""
    base = labo.base
    patient = Patient(base.numero("P"), identite)
    with base.verrou:
        base.patients[patient.patient_id] = patient
    labo.traces.ajouter(
        "identite", utilisateur.compte, "création", patient.patient_id, champ="fiche", avant="", apres=""
    )
    changer_statut(labo, utilisateur, patient, statut, creation=True)
    diffusion.publier(labo, utilisateur, patient, "A28")
    return patient


def changer_statut(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, statut: str, *, creation: bool = False
) -> None:
    """Change le statut et l'écrit dans l'historique."""
    anterieur = None if creation else patient.statut
    if anterieur == statut:
        return
    patient.statut = statut
    patient.historique_statuts.append(ChangementStatut(anterieur, statut, maintenant(), utilisateur.compte))
    if not creation:
        tracer_modification(labo, utilisateur, patient, "statut", anterieur or "", statut)


def tracer_modification(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, champ: str, avant: str, apres: str
) -> None:
    labo.traces.ajouter(
        "identite", utilisateur.compte, "modification", patient.patient_id, champ=champ, avant=avant, apres=apres
    )


def verrouille(labo: Labo, utilisateur: Utilisateur, patient: Patient, champ: str) -> bool:
    """Vrai si ce compte ne peut pas modifier ce champ de cette fiche."""
    if champ not in VERROUILLES:
        return patient.statut in (RECUP, QUAL) and labo.defaut("traits_complementaires_verrouilles")
    if champ in MATRICULE and patient.statut not in (RECUP, QUAL):
        return True
    if patient.statut not in (RECUP, QUAL) or utilisateur.super_utilisateur:
        return False
    if patient.statut == RECUP and labo.defaut("verrou_recup_absent"):
        return False
    return not labo.defaut("verrou_traits_absent")


def modifier(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, modifications: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Applique ce qui peut l'être ; rend (champs refusés, messages)."""
    refuses: list[str] = []
    messages: list[str] = []
    retenues: dict[str, str] = {}
    for champ, brut in modifications.items():
        valeur = str(brut or "")
        if champ in LIBELLES and valeur == patient.trait(champ):
            continue
        erreur = _erreur_modification(labo, utilisateur, patient, champ, valeur)
        if erreur:
            refuses.append(champ)
            messages.append(erreur)
        else:
            retenues[champ] = valeur
    if retenues and not labo.defaut("modification_sans_effet"):
        _appliquer(labo, utilisateur, patient, retenues, messages)
    return refuses, messages


def _erreur_modification(labo: Labo, utilisateur: Utilisateur, patient: Patient, champ: str, valeur: str) -> str | None:
    if champ not in LIBELLES:
        return f"Champ inconnu : {champ}."
    if verrouille(labo, utilisateur, patient, champ):
        return f"{LIBELLES[champ]} : champ verrouillé, l'identité est au statut {patient.statut}."
    if champ in MATRICULE and valeur:
        return f"{LIBELLES[champ]} : ce champ ne se saisit pas, il vient du téléservice INSi."
    if champ in OBLIGATOIRES and not valeur:
        return f"{LIBELLES[champ]} : champ obligatoire."
    return None if champ in MATRICULE else _controle(labo, champ, valeur)


def _appliquer(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, retenues: dict[str, str], messages: list[str]
) -> None:
    strict = any(champ in VERROUILLES for champ in retenues)
    anterieur = patient.statut
    ins_retire = ins_de(patient)
    with labo.base.verrou:
        for champ, valeur in retenues.items():
            tracer_modification(labo, utilisateur, patient, champ, patient.trait(champ), valeur)
            patient.identite[champ] = valeur or (None if champ in MATRICULE else "")
        if strict and anterieur in _RETROGRADE:
            if not labo.defaut("retrogradation_garde_ins"):
                retirer_ins(labo, utilisateur, patient)
            cible = PROV if labo.defaut("retrogradation_directe_prov") else _RETROGRADE[anterieur]
            if not labo.defaut("retrogradation_absente"):
                changer_statut(labo, utilisateur, patient, cible)
            messages.append(f"Le matricule INS est retiré ; l'identité passe au statut {patient.statut}.")
    if strict and anterieur in _RETROGRADE:
        diffusion.publier_retrogradation(labo, utilisateur, patient, anterieur, ins_retire)
    elif not labo.defaut("modification_non_propagee"):
        diffusion.publier(labo, utilisateur, patient, "A31")


def ins_de(patient: Patient) -> tuple[str, str] | None:
    return (patient.matricule, patient.oid or "") if patient.matricule else None


def retirer_ins(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> None:
    """Invalide le matricule INS et son OID."""
    for champ in MATRICULE:
        if patient.identite.get(champ):
            if champ == "oid_ins" and labo.defaut("retrait_ins_garde_oid"):
                continue
            tracer_modification(labo, utilisateur, patient, champ, patient.trait(champ), "")
            patient.identite[champ] = None


def appliquer_justificatif(labo: Labo, utilisateur: Utilisateur, patient: Patient, nature: str) -> list[str]:
    """Enregistre la nature du justificatif ; valide l'identité si l'automatisme est activé."""
    if not labo.reglages.justificatif_connu(nature):
        raise Refus(f"Justificatif inconnu du paramétrage : {nature}.")
    tracer_modification(labo, utilisateur, patient, "justificatif", patient.justificatif or "", nature)
    if not labo.defaut("justificatif_non_enregistre"):
        patient.justificatif = nature
    validable = labo.reglages.haut_niveau_confiance(nature) and patient.statut in (PROV, RECUP)
    if validable and (labo.reglages.lire("validation_automatique") or labo.defaut("validation_automatique_forcee")):
        valider(labo, utilisateur, patient)
        return [f"Justificatif à haut niveau de confiance : l'identité passe au statut {patient.statut}."]
    return []


def valider(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> None:
    """Validation : provisoire devient validée, récupérée devient qualifiée."""
    if patient.attributs & {"douteux", "fictif"}:
        raise Refus("Une identité douteuse ou fictive ne peut pas être validée.")
    confiance = patient.justificatif is not None and labo.reglages.haut_niveau_confiance(patient.justificatif)
    if not confiance and not labo.defaut("validation_sans_justificatif"):
        raise Refus("La validation demande un justificatif à haut niveau de confiance.")
    if labo.defaut("qualification_impossible"):
        changer_statut(labo, utilisateur, patient, VALI)
    elif patient.statut in (PROV, RECUP):
        changer_statut(labo, utilisateur, patient, VALI if patient.statut == PROV else QUAL)
        diffusion.publier(labo, utilisateur, patient, "A31")


def poser_attribut(labo: Labo, utilisateur: Utilisateur, patient: Patient, attribut: str, actif: bool) -> list[str]:
    """Pose ou retire un attribut ; douteux et fictif ramènent l'identité au statut provisoire."""
    futurs = patient.attributs | {attribut} if actif else patient.attributs - {attribut}
    if "fictif" in futurs and len(futurs) > 1:
        raise Refus("L'attribut « fictif » ne se combine avec aucun autre.")
    present = attribut in patient.attributs
    if present == actif:
        return []
    tracer_modification(labo, utilisateur, patient, f"attribut {attribut}", str(present), str(actif))
    if not labo.defaut("attribut_non_enregistre"):
        patient.attributs = futurs
    if actif and attribut in ("douteux", "fictif") and patient.statut != PROV:
        if labo.defaut("douteux_garde_statut") and attribut == "douteux":
            return []
        if labo.defaut("fictif_garde_statut") and attribut == "fictif":
            return []
        retrograder_provisoire(labo, utilisateur, patient)
        return [f"Identité {attribut} : le statut revient à provisoire, le matricule INS est retiré."]
    return []


def retrograder_provisoire(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> None:
    anterieur, ins_retire = patient.statut, ins_de(patient)
    with labo.base.verrou:
        retirer_ins(labo, utilisateur, patient)
        changer_statut(labo, utilisateur, patient, PROV)
    diffusion.publier_retrogradation(labo, utilisateur, patient, anterieur, ins_retire)


def champs_de_la_fiche(labo: Labo, utilisateur: Utilisateur, patient: Patient) -> list[dict[str, Any]]:
    """Les champs tels que ce compte les voit."""
    affiches = set(labo.reglages.lire("champs_affiches"))
    if not affiches >= set(TOUJOURS_AFFICHES) and not labo.defaut("champs_obligatoires_masquables"):
        affiches |= set(TOUJOURS_AFFICHES)
    champs = []
    for champ, libelle in LIBELLES.items():
        if champ == "prenom_utilise" and labo.defaut("champ_prenom_utilise_absent"):
            continue
        if champ == "nom_naissance" and labo.defaut("libelle_ambigu"):
            libelle = "Nom"
        if champ == "nom_naissance" and labo.defaut("libelle_trompeur"):
            libelle = LIBELLES["nom_utilise"]
        if champ == "numero_securite_sociale" and labo.defaut("libelle_nss_ins"):
            libelle = "Numéro de sécurité sociale (INS)"
        bloque = verrouille(labo, utilisateur, patient, champ)
        champs.append(
            {
                "champ": champ,
                "libelle": libelle,
                "valeur": valeur_affichee(labo, patient, champ) if champ in affiches else "",
                "affiche": champ in affiches,
                "modifiable": not bloque,
                "verrou_visible": bloque and not labo.defaut("verrou_invisible"),
            }
        )
    return champs


def valeur_affichee(labo: Labo, patient: Patient, champ: str) -> str:
    valeur = patient.trait(champ)
    if champ == "date_naissance" and not labo.defaut("date_affichee_iso"):
        return jour_francais(valeur)
    if champ == "matricule_ins" and valeur and not labo.defaut("matricule_sans_nature"):
        return f"{valeur} ({nature_matricule(patient.oid)})"
    return valeur
