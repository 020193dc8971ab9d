"""Actions métier sur le catalogue du laboratoire et ses codes LOINC."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from simulators.logiciel_temoin import catalogue_export, catalogue_import
from simulators.logiciel_temoin.erreurs import Enveloppe, ParametreInvalide, Refus, fait
from simulators.logiciel_temoin.horloge import iso, lire_iso, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


def _decaler(objet: dict[str, Any]) -> dict[str, str | None]:
    dates = ("loinc_cree_le", "loinc_modifie_le")
    return {nom: iso(lire_iso(objet[nom]) + timedelta(hours=2)) if objet[nom] else None for nom in dates}


@action("lire_catalogue", "SGL")
def lire_catalogue(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    objets = p.choix("objets", ("chapitres", "examens", "analyses"))
    catalogue = labo.catalogue
    with labo.base.verrou:
        if objets == "chapitres":
            vus = [objet.en_dict() for objet in (*catalogue.chapitres, *catalogue.sous_chapitres)]
        elif objets == "examens":
            vus = [examen.en_dict() for examen in catalogue.examens]
        else:
            vus = [catalogue.analyse_en_dict(analyse) for analyse in catalogue.analyses]
    if labo.defaut("loinc_dates_absentes"):
        vus = [{**objet, "loinc_cree_le": None, "loinc_modifie_le": None} for objet in vus]
    if labo.defaut("loinc_dates_decalees"):
        vus = [{**objet, **_decaler(objet)} for objet in vus]
    return fait(f"Catalogue affiché : {len(vus)} {objets}.", objets=vus)


@action("exporter_catalogue", "SGL")
def exporter_catalogue(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    fichier = p.choix("fichier", tuple(catalogue_export.NOMS))
    with labo.base.verrou:
        contenu = catalogue_export.exporter(labo.catalogue, fichier, labo.defauts)
    return fait(
        "Catalogue exporté.",
        nom=catalogue_export.nommer(fichier, maintenant(), labo.defauts),
        fichier_base64=base64.b64encode(contenu).decode(),
    )


@action("importer_loinc", "SGL")
def importer_loinc(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    fichier, nom = p.choix("fichier", tuple(catalogue_import.REPRIS)), p.texte("nom")
    if fichier == "LOINC_6" and "demandes" in nom and labo.defaut("loinc_6_nom_refuse"):
        raise Refus("Nom de fichier inattendu : LOINC_6_transcodage_resultats attendu.")
    try:
        octets = base64.b64decode(p.texte("fichier_base64"), validate=True)
    except ValueError as erreur:
        raise ParametreInvalide(f"fichier_base64 : {erreur}") from erreur
    instant = maintenant()
    with labo.base.verrou:
        anomalies = catalogue_import.integrer(
            labo.catalogue, fichier, octets, p.textes_ou_rien("jeu_de_valeurs"), instant, labo.defauts
        )
    if labo.defaut("loinc_rapport_absent"):
        return fait(f"Fichier {nom} intégré.")
    rapport = catalogue_import.rapporter(nom, instant, anomalies, labo.defauts)
    return fait(
        f"Fichier {nom} intégré : {len(anomalies)} anomalie(s).",
        rapport_base64=base64.b64encode(rapport).decode(),
        anomalies=[anomalie.en_dict() for anomalie in anomalies],
    )


@action("modifier_code_loinc", "SGL")
def modifier_code_loinc(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    nature = p.choix("objet", ("chapitre", "sous_chapitre", "examen", "analyse"))
    reference, code = p.texte("code"), p.texte("code_loinc")
    if nature == "sous_chapitre" and labo.defaut("loinc_modification_sous_chapitre_refusee"):
        raise Refus("Le code LOINC d'un sous-chapitre ne se change que par import.")
    with labo.base.verrou:
        objet = labo.catalogue.trouver(nature, reference)
        if objet is None:
            raise Refus(f"Objet inconnu du catalogue : {reference}.")
        instant = None if labo.defaut("loinc_modification_non_datee") else maintenant()
        montre = {**objet.en_dict(), "code_loinc": code}
        if not labo.defaut("loinc_modification_non_enregistree"):
            touches = [objet]
            if labo.defaut("loinc_modification_deborde"):
                tous = labo.catalogue.de_nature(nature)
                touches.append(tous[tous.index(objet) - 1])
            for touche in touches:
                catalogue_import.affecter(touche, code, "", instant)
            montre = objet.en_dict()
        if labo.defaut("loinc_modification_date_tout"):
            for autre in labo.catalogue.de_nature(nature):
                autre.loinc_modifie_le = instant
    return fait("Code LOINC modifié.", objet=montre)
