"""Étapes des habilitations : accès à l'INS et au téléservice donnés ou refusés."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.insi import numeros_de
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import parametrage


# ------------------------------------------------------------------ habilitations
@when(motif(r"l'administrateur donne à (?P<qui>.+) l'accès à (?P<quoi>INSi|l'INS)$"))
def donner_acces(essai: Essai, qui: str, quoi: str) -> None:
    """Le droit est retiré à la fin : une personne sans accès à l'INS n'a ni l'un ni l'autre."""
    compte = essai.compte(vocabulaire.role(qui))
    droits = {"utilisateur": compte, "acces_ins": True, "acces_insi": quoi == "INSi"}
    avant = {"utilisateur": compte, "acces_ins": quoi == "INSi", "acces_insi": False}
    essai.a_la_fin(lambda: essai.preparer("configurer", "administrateur", parametre="habilitations", valeur=avant))
    reponse = essai.jouer("configurer", "administrateur", parametre="habilitations", valeur=droits)
    essai.bilan.exiger(parametrage.reglage_change("habilitations", reponse.resultat, reponse.en_phrase()))


@when(parse("une personne sans droit sur l'INS essaie d'ouvrir la fiche du patient « {nom} »"))
def ouvrir_sans_droit(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    essai.jouer("lire_patient", "sans_acces_ins", patient_id=patient.patient_id)
    essai.releves["fiche"] = patient


@then(motif(r"l'accès à l'INS est (?P<issue>refusé|obtenu)$"))
def acces_ins(essai: Essai, issue: str) -> None:
    """Refusé : aucune donnée personnelle montrée, quel que soit le message. Obtenu : le matricule INS l'est."""
    reponse = essai.derniere
    rendu = reponse.donnees.get("patient")
    identite = rendu.get("identite", {}) if isinstance(rendu, Mapping) else {}
    valeurs = [str(valeur) for valeur in identite.values() if valeur]
    valeurs += [str(c["valeur"]) for c in reponse.donnees.get("champs", []) if c.get("affiche") and c.get("valeur")]
    reference = retirer(essai, "fiche", PatientEssai).reference
    vus = "".join("\n".join(valeurs).split(" "))
    if issue == "refusé":
        # Des champs masqués (« **** ») ne disent rien de la personne.
        secrets = (reference.matricule, reference.nom_naissance.replace(" ", ""), reference.date_naissance)
        montre = any(secret in vus for secret in secrets)
    else:
        montre = reference.matricule in vus
    regle = parametrage.R_DROIT_ACCORDE if issue == "obtenu" else parametrage.R_DROIT_INS
    essai.bilan.constater(
        parametrage.droit_applique(
            regle,
            permis=issue == "obtenu",
            resultat="fait" if montre else "refuse",
            recu=reponse.en_phrase(),
            quoi="accès à l'INS",
        )
    )


@then(motif(r"l'appel à INSi est (?P<issue>refusé|obtenu)$"))
def acces_insi(essai: Essai, issue: str) -> None:
    reponse = essai.derniere
    numeros = numeros_de(essai.echanges("insi"))
    resultat = reponse.resultat if issue == "refusé" else ("fait" if numeros else "refuse")
    regle = parametrage.R_DROIT_INSI if issue == "refusé" else parametrage.R_DROIT_ACCORDE
    essai.bilan.constater(
        parametrage.droit_applique(
            regle,
            permis=issue == "obtenu",
            resultat=resultat,
            recu=reponse.en_phrase(),
            quoi="appel à INSi",
            echanges=numeros,
        )
    )
