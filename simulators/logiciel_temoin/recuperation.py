"""Récupération de l'INS : ordre des essais, contrôles du retour, rapprochement des traits, statut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulators.logiciel_temoin import diffusion, identites
from simulators.logiciel_temoin import insi_messages as m
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.identite import (
    OID_INS,
    PROV,
    QUAL,
    RECUP,
    VALI,
    Patient,
    forme_comparable,
    matricule_valide,
    translitterer,
)
from simulators.logiciel_temoin.insi_client import Acces, ClientInsi, EchecInsi
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.utilisateurs import Utilisateur

CHAMPS_RETOURNES = ("nom_naissance", "prenoms_naissance", "date_naissance", "sexe", "code_lieu_naissance")
LIBELLES_CODES = {
    "00": "INSi a trouvé une identité.",
    "01": "INSi n'a trouvé aucune identité.",
    "02": "INSi a trouvé plusieurs identités.",
}


@dataclass
class Recuperation:
    """Ce qu'une récupération a donné."""

    code: str
    messages: list[str]
    ecarts: list[dict[str, str]] = field(default_factory=list)
    alertes: list[str] = field(default_factory=list)
    refusee: bool = False


def exiger_appel_possible(labo: Labo, patient: Patient) -> None:
    """Une identité douteuse ou fictive n'appelle pas INSi."""
    bloquants = set(patient.attributs & {"douteux", "fictif"})
    if "douteux" in bloquants and labo.defaut("insi_appel_douteux"):
        bloquants.discard("douteux")
    if "fictif" in bloquants and labo.defaut("insi_appel_fictif"):
        bloquants.discard("fictif")
    if bloquants:
        raise Refus(f"Identité {' et '.join(sorted(bloquants))} : l'appel au téléservice INSi est bloqué.")


def essais_par_traits(labo: Labo, patient: Patient) -> Iterator[m.Traits]:
    """Premier prénom, puis chacun des suivants, puis tous ensemble."""
    premier = translitterer(patient.trait("premier_prenom_naissance"))
    liste = translitterer(patient.prenoms)
    suite = liste[len(premier) :].split() if (liste + " ").startswith(premier + " ") else liste.split()
    prenoms = list(dict.fromkeys([premier, *suite]))
    if len(prenoms) > 1:
        prenoms.append(" ".join(prenoms))
    if len(prenoms) > 1:
        if labo.defaut("insi_sans_second_prenom"):
            prenoms = prenoms[:1]
        elif labo.defaut("insi_sans_tous_les_prenoms"):
            prenoms = prenoms[:-1]
        elif labo.defaut("insi_tous_les_prenoms_d_abord"):
            prenoms = prenoms[-1:] + prenoms[:-1]
    for prenom in prenoms:
        yield m.Traits(
            translitterer(patient.trait("nom_naissance")),
            prenom,
            patient.trait("sexe"),
            patient.trait("date_naissance"),
        )


def appeler(
    labo: Labo,
    utilisateur: Utilisateur,
    patient: Patient,
    modalite: str,
    authentification: str | None,
    carte: m.CarteVitale | None,
) -> m.ResultatInsi:
    """Appelle INSi et rend le résultat retenu ; s'arrête au premier 00 et à la première faute."""
    exiger_appel_possible(labo, patient)
    client = ClientInsi(labo)
    acces = client.acces(utilisateur, authentification)
    if modalite == "carte_vitale":
        if carte is None:
            raise Refus("Aucune carte Vitale n'est présentée.")
        _exiger_bon_beneficiaire(patient, carte)
        return _essai(labo, utilisateur, patient, acces, modalite, lambda: client.rechercher_carte(acces, carte))
    if patient.trait("sexe") not in ("M", "F"):
        raise Refus("L'appel à INSi par traits demande un sexe M ou F.")
    return _par_traits(labo, utilisateur, patient, client, acces)


def _exiger_bon_beneficiaire(patient: Patient, carte: m.CarteVitale) -> None:
    autre_nom = forme_comparable(carte.nom_naissance) != forme_comparable(patient.trait("nom_naissance"))
    if autre_nom and carte.date_naissance != patient.trait("date_naissance"):
        raise Refus("La carte Vitale présentée n'est pas celle du patient du dossier.")


def _par_traits(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, client: ClientInsi, acces: Acces
) -> m.ResultatInsi:
    ambigu: m.Traits | None = None
    dernier: m.ResultatInsi | None = None
    for traits in essais_par_traits(labo, patient):
        resultat = _essai_traits(labo, utilisateur, patient, client, acces, traits)
        if resultat is None:
            continue
        dernier = resultat
        if resultat.code == "00" and not labo.defaut("insi_continue_apres_00"):
            return resultat
        if resultat.code == "02" and ambigu is None:
            ambigu = traits
    lieu = patient.trait("code_lieu_naissance")
    if ambigu and lieu not in ("", "99999") and not labo.defaut("insi_sans_cog"):
        precis = m.Traits(ambigu.nom, ambigu.prenom, ambigu.sexe, ambigu.date, lieu)
        dernier = _essai_traits(labo, utilisateur, patient, client, acces, precis) or dernier
    if dernier is None:
        raise Echec("Le téléservice INSi n'a pas répondu.", code_retour=None)
    return dernier


def _essai_traits(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, client: ClientInsi, acces: Acces, traits: m.Traits
) -> m.ResultatInsi | None:
    try:
        return _essai(labo, utilisateur, patient, acces, "traits", lambda: client.rechercher_traits(acces, traits))
    except Echec:
        if labo.defaut("insi_retente_apres_faute"):
            return None
        raise


def _essai(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, acces: Acces, modalite: str, appel: Any
) -> m.ResultatInsi:
    operation = m.RECHERCHE_CARTE if modalite == "carte_vitale" else m.RECHERCHE_TRAITS
    detail: dict[str, Any] = {"operation": operation, "modalite": modalite, "authentification": acces.mode}
    try:
        resultat: m.ResultatInsi = appel()
    except EchecInsi as echec:
        if labo.defaut("insi_faute_prise_pour_01"):
            return m.ResultatInsi("01", "Aucune identite trouvee")
        labo.traces.ajouter(
            "insi", utilisateur.compte, operation, patient.patient_id, **detail, code_retour=None, erreur=str(echec)
        )
        raise Echec(str(echec), code_retour=None) from echec
    detail["code_retour"] = resultat.code
    if resultat.code == "00":
        detail |= {
            "matricule_ins": resultat.matricule,
            "oid_ins": resultat.oid,
            "historique": list(resultat.historique),
            "traits": {c: resultat.traits[c] for c in CHAMPS_RETOURNES},
        }
    labo.traces.ajouter("insi", utilisateur.compte, operation, patient.patient_id, **detail)
    return resultat


def rapatrier(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, resultat: m.ResultatInsi, accepter: bool
) -> Recuperation:
    """Compare, alerte, et remplace les traits locaux si l'utilisateur l'accepte."""
    suite = Recuperation(resultat.code, [LIBELLES_CODES[resultat.code]])
    if resultat.code != "00":
        return suite
    motif = _motif_de_rejet(labo, resultat)
    if motif:
        suite.messages.append(motif)
        suite.refusee = True
        return suite
    suite.ecarts = _ecarts(labo, patient, resultat)
    suite.alertes = _alertes(labo, patient, resultat)
    suite.messages += [f"{e['champ']} : {e['local']!r} en local, {e['retourne']!r} à INSi." for e in suite.ecarts]
    suite.messages += suite.alertes
    if not accepter and not labo.defaut("insi_sans_acceptation"):
        suite.messages.append("Traits retournés non acceptés : la fiche n'est pas modifiée.")
        return suite
    _appliquer(labo, utilisateur, patient, resultat)
    suite.messages.append(f"Identité mise à jour avec le retour d'INSi ; statut {patient.statut}.")
    return suite


def _motif_de_rejet(labo: Labo, resultat: m.ResultatInsi) -> str | None:
    traits = resultat.traits
    naissance = traits["date_naissance"].split("-")
    if "00" in naissance[1:] and not labo.defaut("insi_date_00_rapatriee"):
        return "INS non rapatriée : la date de naissance retournée comporte un jour ou un mois à 00."
    for champ, libelle, defaut in (
        ("nom_naissance", "nom de naissance", "insi_nom_vide_rapatrie"),
        ("prenoms_naissance", "liste des prénoms", "insi_prenoms_vides_rapatries"),
        ("sexe", "sexe", "insi_sexe_vide_rapatrie"),
    ):
        if not traits[champ] and not labo.defaut(defaut):
            return f"INS non rapatriée : {libelle} vide dans le retour d'INSi."
    if not matricule_valide(resultat.matricule or "") and not labo.defaut("insi_cle_non_controlee"):
        return "INS non rapatriée : la clé du matricule retourné est fausse."
    if resultat.oid not in OID_INS:
        return f"INS non rapatriée : OID inconnu ({resultat.oid})."
    return None


def _ecarts(labo: Labo, patient: Patient, resultat: m.ResultatInsi) -> list[dict[str, str]]:
    ecarts = [
        {"champ": champ, "local": patient.trait(champ), "retourne": resultat.traits[champ]}
        for champ in CHAMPS_RETOURNES
        if resultat.traits[champ] and resultat.traits[champ] != patient.trait(champ)
    ]
    return [] if ecarts and labo.defaut("insi_ecarts_non_montres") else ecarts


def _alertes(labo: Labo, patient: Patient, resultat: m.ResultatInsi) -> list[str]:
    premier = forme_comparable(patient.trait("premier_prenom_naissance"))
    liste = forme_comparable(resultat.traits["prenoms_naissance"])
    coherent = (liste + " ").startswith(premier + " ") and not labo.defaut("insi_alerte_systematique")
    if coherent or labo.defaut("insi_sans_alerte_prenom"):
        return []
    return [
        f"Incohérence : le 1er prénom de naissance saisi ({patient.trait('premier_prenom_naissance')}) n'est pas au "
        f"début de la liste des prénoms retournée par INSi ({resultat.traits['prenoms_naissance']})."
    ]


def _appliquer(labo: Labo, utilisateur: Utilisateur, patient: Patient, resultat: m.ResultatInsi) -> None:
    nouveaux = {c: resultat.traits[c] for c in CHAMPS_RETOURNES if resultat.traits[c]}
    if labo.defaut("insi_lieu_non_alimente"):
        nouveaux.pop("code_lieu_naissance", None)
    prenoms = resultat.traits["prenoms_naissance"].split()
    if len(prenoms) > 1 and labo.defaut("insi_prenom_au_lieu_de_liste"):
        nouveaux["prenoms_naissance"] = prenoms[0]
    if (
        prenoms
        and prenoms[0] != patient.trait("premier_prenom_naissance")
        and labo.defaut("insi_premier_prenom_ecrase")
    ):
        nouveaux["premier_prenom_naissance"] = prenoms[0]
    nouveaux |= {"matricule_ins": resultat.matricule or "", "oid_ins": resultat.oid or ""}
    if labo.defaut("insi_oid_constant"):
        nouveaux["oid_ins"] = "1.2.250.1.213.1.4.8"
    with labo.base.verrou:
        for champ, valeur in nouveaux.items():
            if patient.trait(champ) != valeur:
                identites.tracer_modification(labo, utilisateur, patient, champ, patient.trait(champ), valeur)
                patient.identite[champ] = valeur
        patient.historique_ins = list(resultat.historique)
        identites.changer_statut(labo, utilisateur, patient, _statut_apres_retour(labo, patient.statut))
    diffusion.publier(labo, utilisateur, patient, "A31")


def _statut_apres_retour(labo: Labo, statut: str) -> str:
    if labo.defaut("recup_directement_qual"):
        return QUAL
    if labo.defaut("retour_insi_garde_statut"):
        return statut
    if labo.defaut("retour_insi_toujours_recup"):
        return RECUP
    return {PROV: RECUP, VALI: QUAL}.get(statut, statut)
