"""Intégration des fichiers LOINC_4, 5 et 6 du transcodeur, et son rapport."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin.catalogue_modele import Catalogue, Rubrique
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Refus

REPRIS = {"LOINC_4": 4, "LOINC_5": 9, "LOINC_6": 12}
"""Champs repris de l'export ; les codes LOINC les suivent, chacun avec son libellé."""


@dataclass(frozen=True)
class Anomalie:
    """Ce qu'une personne doit revoir. Bloquante : l'objet garde le code qu'il avait."""

    bloquante: bool
    objet: Rubrique
    codes: tuple[str, ...]
    message: str

    def en_dict(self) -> dict[str, Any]:
        return {
            "bloquante": self.bloquante,
            "code": self.objet.reference,
            "codes_loinc": list(self.codes),
            "message": self.message,
        }


@dataclass
class Demande:
    """Les codes qu'un fichier donne à un objet, dans l'ordre, sans répétition."""

    objet: Rubrique
    codes: dict[str, str] = field(default_factory=dict)


def integrer(
    catalogue: Catalogue,
    fichier: str,
    octets: bytes,
    jeu: Collection[str] | None,
    instant: datetime,
    defauts: Defauts,
) -> list[Anomalie]:
    """Affecte les codes du fichier et rend les anomalies. `jeu` : codes admis, None si personne ne les a donnés."""
    demandes = list(_demandes(catalogue, fichier, _lire(octets), defauts).values())
    if defauts.actif("loinc_import_tronque"):
        demandes = demandes[:6]
    if defauts.actif("loinc_import_decale"):
        objets = [demande.objet for demande in demandes]
        demandes = [Demande(objet, d.codes) for objet, d in zip([*objets[1:], objets[0]], demandes, strict=True)]
    anomalies: list[Anomalie] = []
    for demande in demandes:
        anomalie = _controler(demande, jeu, defauts)
        anomalies += [anomalie] if anomalie else []
        refuse = anomalie is not None and anomalie.bloquante
        if refuse and not defauts.actif("loinc_bloquante_integree"):
            continue
        code, libelle = list(demande.codes.items())[-1]
        _affecter_a_l_import(catalogue, demande.objet, code, libelle, instant, defauts)
    if defauts.actif("loinc_rapport_mauvais_objet"):
        autres = [d.objet for d in demandes if d.objet not in [a.objet for a in anomalies]]
        anomalies = [Anomalie(a.bloquante, o, a.codes, a.message) for a, o in zip(anomalies, autres, strict=False)]
    return anomalies


def _lire(octets: bytes) -> list[list[str]]:
    try:
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        texte = octets.decode("cp1252", "replace")
    try:
        return [ligne for ligne in csv.reader(io.StringIO(texte, newline=""), delimiter=";", strict=True) if ligne]
    except csv.Error as erreur:
        raise Refus(f"Fichier illisible : {erreur}.") from erreur


def _demandes(
    catalogue: Catalogue, fichier: str, lignes: Sequence[Sequence[str]], defauts: Defauts
) -> dict[int, Demande]:
    demandes: dict[int, Demande] = {}
    for rang, ligne in enumerate(lignes, 1):
        if len(ligne) < REPRIS[fichier] + 2:
            raise Refus(f"Ligne {rang} : {REPRIS[fichier] + 2} champs au moins attendus, {len(ligne)} reçus.")
        paires = list(zip(ligne[REPRIS[fichier] :: 2], ligne[REPRIS[fichier] + 1 :: 2], strict=False))
        if fichier == "LOINC_4":
            _retenir(demandes, catalogue.trouver("chapitre", ligne[0] or ligne[1]), paires[:1], rang)
            if (ligne[2] or ligne[3]) and not defauts.actif("loinc_import_sous_chapitres_ignores"):
                partie = catalogue.trouver("sous_chapitre", ligne[2] or ligne[3])
                _retenir(
                    demandes,
                    partie,
                    paires[:1] if defauts.actif("loinc_import_code_du_chapitre") else paires[1:2],
                    rang,
                )
        else:
            nature = "examen" if fichier == "LOINC_5" else "analyse"
            _retenir(demandes, catalogue.trouver(nature, ligne[0]), paires, rang)
    return demandes


def _retenir(demandes: dict[int, Demande], objet: Rubrique | None, paires: list[tuple[str, str]], rang: int) -> None:
    if objet is None:
        raise Refus(f"Ligne {rang} : objet inconnu du catalogue.")
    codes = {code.strip(): libelle for code, libelle in paires if code.strip()}
    if codes:
        demandes.setdefault(id(objet), Demande(objet)).codes.update(codes)


def _controler(demande: Demande, jeu: Collection[str] | None, defauts: Defauts) -> Anomalie | None:
    codes = tuple(demande.codes)
    if len(codes) > 1 and not defauts.actif("loinc_multiples_acceptes"):
        bloquante = not defauts.actif("loinc_multiples_non_bloquants")
        return Anomalie(
            bloquante, demande.objet, codes, "Plusieurs codes LOINC pour un même objet : aucun n'est repris."
        )
    absents = tuple(code for code in codes if jeu is not None and code not in jeu)
    if defauts.actif("loinc_rapport_tout_signale"):
        absents = codes
    if not absents or defauts.actif("loinc_absents_non_signales"):
        return None
    if demande.objet.nature == "sous_chapitre" and defauts.actif("loinc_absents_sous_chapitres_non_signales"):
        return None
    bloquante = defauts.actif("loinc_absents_bloquants")
    return Anomalie(bloquante, demande.objet, absents, "Code absent du jeu de valeurs « circuit de la biologie ».")


def _affecter_a_l_import(
    catalogue: Catalogue, objet: Rubrique, code: str, libelle: str, instant: datetime, defauts: Defauts
) -> None:
    if defauts.actif("loinc_import_sans_effet"):
        return
    if objet.code_loinc and defauts.actif("loinc_import_sans_remplacement"):
        return
    affecter(objet, code, libelle, None if defauts.actif("loinc_import_non_date") else instant)
    if defauts.actif("loinc_import_deborde") and objet.nature == "examen":
        examen = next(e for e in catalogue.examens if e is objet)
        for analyse in catalogue.analyses_de(examen):
            affecter(analyse, code, libelle, instant)


def affecter(objet: Rubrique, code: str, libelle: str, instant: datetime | None) -> None:
    """Donne ce code à l'objet et date le changement ; le même code ne change rien."""
    if objet.code_loinc == code:
        return
    if instant is not None:
        objet.loinc_cree_le = objet.loinc_cree_le or instant
        objet.loinc_modifie_le = instant
    objet.code_loinc, objet.libelle_loinc = code, libelle


def rapporter(nom: str, instant: datetime, anomalies: Sequence[Anomalie], defauts: Defauts) -> bytes:
    """Le rapport, en CSV lisible d'un tableur."""
    sortie = io.StringIO(newline="")
    ecriture = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    ecriture.writerow(["Rapport d'import", nom, f"{instant:%d/%m/%Y %H:%M:%S} UTC"])
    ecriture.writerow(["Gravité", "Nature", "Code", "Libellé", "Codes LOINC", "Anomalie"])
    for a in () if defauts.actif("loinc_rapport_vide") else anomalies:
        gravite = "bloquante" if a.bloquante else "non bloquante"
        ecriture.writerow([gravite, a.objet.nature, a.objet.code, a.objet.libelle, " ".join(a.codes), a.message])
    return sortie.getvalue().encode("utf-8-sig")
