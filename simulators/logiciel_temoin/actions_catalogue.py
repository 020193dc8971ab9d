"""Actions métier sur le catalogue du laboratoire et ses codes LOINC."""

from __future__ import annotations

import base64

from simulators.logiciel_temoin import catalogue_export
from simulators.logiciel_temoin.erreurs import Enveloppe, fait
from simulators.logiciel_temoin.horloge import maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("lire_catalogue")
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
    return fait(f"Catalogue affiché : {len(vus)} {objets}.", objets=vus)


@action("exporter_catalogue")
def exporter_catalogue(labo: Labo, _utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    fichier = p.choix("fichier", tuple(catalogue_export.NOMS))
    with labo.base.verrou:
        contenu = catalogue_export.exporter(labo.catalogue, fichier, labo.defauts)
    return fait(
        "Catalogue exporté.",
        nom=catalogue_export.nommer(fichier, maintenant(), labo.defauts),
        fichier_base64=base64.b64encode(contenu).decode(),
    )
