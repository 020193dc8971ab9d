"""Les commandes de `python -m requirements` ; chacune rend son code de sortie."""

from __future__ import annotations

import difflib
import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from requirements import commandes_couloirs
from requirements.catalogue import (
    Catalogue,
    charger,
    charger_dossier,
    couloirs_disponibles,
    numeros_du_dossier,
    tous_les_numeros,
)
from requirements.couverture import Couverture, couvrir, ecarts_de_jugement, lire_defauts, lire_verifications
from requirements.differences import entre_catalogues, entre_vagues
from requirements.differences_rem import entre_rem
from requirements.erreurs import Anomalie, ErreurCatalogue, ErreurRequirements
from requirements.features import features_du_couloir
from requirements.importation import charger_surcouche, dossier_par_defaut, importer
from requirements.importation.rapport import dire, entre_surcouches
from requirements.importation.surcouche import FICHIER, PROJET
from requirements.lectures import charger_lectures
from requirements.matrice import FORMATS
from requirements.publication import FICHIER as FICHIER_PUBLICATION
from requirements.publication import charger_publication, devant_publication

CONFORME, FAUTIF = 0, 1


class DemandeImpossible(ErreurRequirements):
    """Les arguments ne permettent pas de répondre."""


def valider(arguments: Namespace) -> int:
    """Valide les données d'un couloir, ou de tous ; code 1 à la première anomalie trouvée."""
    noms = [arguments.couloir] if arguments.couloir else list(couloirs_disponibles(arguments.couloirs))
    anomalies: list[Anomalie] = []
    comptes: dict[str, dict[str, int]] = {}
    for nom in noms:
        try:
            catalogue = charger(nom)
            tous = (*catalogue.scenarios(), *catalogue.supplements)
            charger_lectures(catalogue.dossier, {scenario.id for scenario in tous})
            charger_publication(catalogue.dossier)
        except ErreurCatalogue as erreur:
            anomalies.extend(erreur.anomalies)
            continue
        anomalies.extend(_ecarts_de_lecture_rapide(catalogue))
        anomalies.extend(_ecarts_de_jugement(catalogue, arguments.features or PROJET / "features"))
        comptes[nom] = {
            "exigences": len(catalogue.exigences),
            "scenarios": len(catalogue.scenarios()),
            "preuves": len(catalogue.preuves),
            "supplements": len(catalogue.supplements),
        }
    if arguments.json:
        print(_json({"couloirs": comptes, "anomalies": [anomalie.en_dict() for anomalie in anomalies]}))
    else:
        for nom, compte in comptes.items():
            totaux = f"{compte['exigences']} exigences, {compte['scenarios']} scénarios, {compte['preuves']} preuves"
            plus = f" ; {compte['supplements']} scénarios du banc en supplément" if compte["supplements"] else ""
            print(f"{nom} : {totaux}{plus}")
        print("\n".join(str(anomalie) for anomalie in anomalies) or "Aucune anomalie.")
    return FAUTIF if anomalies else CONFORME


def couverture(arguments: Namespace) -> int:
    """Calcule la matrice ; l'écrit, l'affiche ou la compare à celle du dépôt."""
    catalogue = charger(arguments.couloir)
    matrice = _matrice(arguments, catalogue)
    if arguments.verifier:
        return _comparer_matrice(arguments, matrice)
    texte = FORMATS[arguments.format](matrice)
    if arguments.sortie:
        arguments.sortie.parent.mkdir(parents=True, exist_ok=True)
        arguments.sortie.write_text(texte, encoding="utf-8", newline="\n")
        for nom, nombre in matrice.totaux.items():
            print(f"{nom} : {nombre}")
        print(f"Matrice écrite dans {arguments.sortie}")
    else:
        print(texte, end="")
    return CONFORME


def differences(arguments: Namespace) -> int:
    """Compare deux vagues, deux REM, deux catalogues ou deux imports."""
    if arguments.avant:
        return _differences_de_dossiers(arguments)
    catalogue = charger(arguments.couloir)
    if arguments.avec:
        rem = entre_rem(catalogue, charger(arguments.avec))
        print(_json(rem.en_dict()) if arguments.json else rem.en_texte())
        return CONFORME
    if arguments.publie:
        return _devant_la_publication(arguments, catalogue)
    vagues = catalogue.couloir.vagues
    for vague in (arguments.de, arguments.a):
        if vague not in vagues:
            connues = ", ".join(map(str, vagues))
            raise DemandeImpossible(f"Attendu une vague parmi {connues}, reçu {vague}. À faire : corriger --de ou --a.")
    ecarts = entre_vagues(catalogue, arguments.de, arguments.a)
    print(_json(ecarts.en_dict()) if arguments.json else ecarts.en_texte())
    return CONFORME


def _devant_la_publication(arguments: Namespace, catalogue: Catalogue) -> int:
    publication = charger_publication(catalogue.dossier)
    if publication is None:
        raise DemandeImpossible(
            f"Attendu {FICHIER_PUBLICATION} dans {catalogue.dossier}, reçu aucun : rien n'est su du REM publié. "
            "À faire : importer votre copie du classeur officiel (python -m requirements importer)."
        )
    ecarts = devant_publication(catalogue, publication)
    print(_json(ecarts.en_dict()) if arguments.json else ecarts.en_texte())
    return CONFORME


def import_classeur(arguments: Namespace) -> int:
    """Importe un classeur officiel et affiche le rapport."""
    if arguments.nouveau:
        return commandes_couloirs.importer(arguments)
    commandes_couloirs.refuser_sans_nouveau(arguments)
    catalogue = charger(arguments.couloir)
    dossier = arguments.sortie or dossier_par_defaut(arguments.couloir)
    rapport = importer(
        arguments.classeur, catalogue, dossier, feuille=arguments.feuille or "", vagues=arguments.vague or ()
    )
    if arguments.json:
        print(_json({**rapport.en_dict(), "dossier": str(dossier)}))
    else:
        print(rapport.en_texte())
        print(f"\nSurcouche écrite dans {dossier / FICHIER}")
    return CONFORME


def _ecarts_de_lecture_rapide(catalogue: Catalogue) -> list[Anomalie]:
    """Les numéros que la lecture rapide ne voit pas, ou voit à tort, faute d'une ligne `- id: …` au bon retrait."""
    ecrits = (*catalogue.scenarios(), *catalogue.supplements)
    attendus = {e.id for e in catalogue.exigences} | {s.id for s in ecrits if not s.repris_de}
    lus = numeros_du_dossier(catalogue.dossier)
    return [
        Anomalie(
            catalogue.dossier,
            0,
            "chaque exigence et chaque scénario ouvert par une ligne « - id: <numéro> » au retrait du catalogue",
            f"« {numero} » écrit autrement",
            "écrire « id » en premier, exigence sans retrait, scénario à deux espaces, preuve à quatre",
        )
        for numero in sorted(attendus ^ lus)
    ]


def _ecarts_de_jugement(catalogue: Catalogue, features: Path) -> list[Anomalie]:
    """Les scénarios que la machine ne juge pas sans que le catalogue dise pourquoi, et les raisons devenues fausses."""
    anomalies: list[Anomalie] = []
    connus = tous_les_numeros()
    gherkin = features_du_couloir(catalogue, features, anomalies)
    matrice = couvrir(catalogue, gherkin, connus, anomalies, racine=PROJET)
    return [*anomalies, *ecarts_de_jugement(matrice)]


def _matrice(arguments: Namespace, catalogue: Catalogue) -> Couverture:
    scenarios = {scenario.id for scenario in (*catalogue.scenarios(), *catalogue.supplements)}
    connus = tous_les_numeros()
    fichier_verifications = _donnees(arguments.verifications, PROJET / "docs" / "verifications.json")
    fichier_defauts = _donnees(arguments.defauts, PROJET / "tests" / "defauts.yaml")
    anomalies: list[Anomalie] = []
    gherkin = features_du_couloir(catalogue, arguments.features or PROJET / "features", anomalies)
    matrice = couvrir(
        catalogue,
        gherkin,
        connus,
        anomalies,
        racine=PROJET,
        verifications=lire_verifications(fichier_verifications, connus) if fichier_verifications else None,
        defauts=lire_defauts(fichier_defauts, connus | scenarios, catalogue.couloir.couloir)
        if fichier_defauts
        else None,
        lectures=charger_lectures(catalogue.dossier, scenarios),
    )
    if anomalies:
        raise ErreurCatalogue(anomalies)
    return matrice


def _donnees(demande: Path | None, defaut: Path) -> Path | None:
    """Le fichier demandé, qui doit exister ; sinon celui du projet s'il est là."""
    if demande is None:
        return defaut if defaut.is_file() else None
    if not demande.is_file():
        raise DemandeImpossible(f"Attendu un fichier, reçu un chemin qui n'existe pas : {demande}.")
    return demande


def _comparer_matrice(arguments: Namespace, matrice: Couverture) -> int:
    fichier: Path = arguments.verifier
    if not fichier.is_file():
        raise DemandeImpossible(f"Attendu une matrice à vérifier, reçu un chemin qui n'existe pas : {fichier}.")
    versionnee = fichier.read_text(encoding="utf-8").splitlines()
    recalculee = FORMATS[arguments.format](matrice).splitlines()
    if versionnee == recalculee:
        print(f"{fichier} est à jour.")
        return CONFORME
    ecarts: Iterable[str] = difflib.unified_diff(
        versionnee, recalculee, f"{fichier} (versionnée)", "matrice recalculée", lineterm="", n=0
    )
    print(f"{fichier} n'est pas à jour ; en « - » la ligne versionnée, en « + » la ligne recalculée :")
    print("\n".join(ecarts))
    print(f"À faire : python -m requirements couverture --couloir {arguments.couloir} --sortie {fichier}")
    return FAUTIF


def _differences_de_dossiers(arguments: Namespace) -> int:
    avant, apres = arguments.avant, arguments.apres or charger(arguments.couloir).dossier
    sont_imports = [(dossier / FICHIER).is_file() for dossier in (avant, apres)]
    if all(sont_imports):
        ecarts = list(
            entre_surcouches(
                charger_surcouche(avant, couloir=arguments.couloir), charger_surcouche(apres, couloir=arguments.couloir)
            )
        )
        print(
            _json({"changements": [asdict(ecart) for ecart in ecarts]})
            if arguments.json
            else "\n".join([f"{len(ecarts)} écart(s) entre les deux imports.", *map(dire, ecarts)])
        )
    elif any(sont_imports):
        raise DemandeImpossible(
            f"Attendu deux catalogues ou deux imports, reçu un de chaque : {avant} et {apres}. "
            "À faire : nommer deux dossiers de même sorte ; « importer » compare déjà un classeur à notre catalogue."
        )
    else:
        entre = entre_catalogues(charger_dossier(avant), charger_dossier(apres))
        print(_json(entre.en_dict()) if arguments.json else entre.en_texte())
    return CONFORME


def _json(contenu: object) -> str:
    return json.dumps(contenu, ensure_ascii=False, indent=2)
