"""Les extractions publiques : forme, cohérence avec l'API, dates, pannes, grande taille."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from simulators.__main__ import main
from simulators.annuaire import extraction_lignes as fichiers
from simulators.annuaire.extraction import ecrire_libre_acces
from simulators.annuaire.modele import BalPubliee, finess_de_test, luhn
from simulators.annuaire.population import PREMIER_RANG, REFERENCE, Population
from simulators.socle.acteurs import PROFESSIONNELS, rpps_de_test
from simulators.socle.correspondants import CORRESPONDANTS
from tests.simulators.annuaire.conftest import Essai

ALIX = PROFESSIONNELS[0].rpps
MEMBRES = (fichiers.PERSONNE_ACTIVITE, fichiers.SAVOIR_FAIRE, fichiers.DIPLOMES)


def _lire(octets: bytes) -> dict[str, list[dict[str, str]]]:
    """Lignes par fichier ; chacune a le nombre de colonnes de l'en-tête."""
    lus: dict[str, list[dict[str, str]]] = {}
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        for nom in archive.namelist():
            noms, *lignes = archive.read(nom).decode().removesuffix("\n").split("\n")
            colonnes = noms.split("|")
            lus[nom.rpartition("_")[0]] = [dict(zip(colonnes, li.split("|"), strict=True)) for li in lignes]
    return lus


def test_forme(essai: Essai) -> None:
    """Trois fichiers datés, aux colonnes publiées ; l'archive porte la même date que ses fichiers."""
    recu = essai.appeler(essai.adresses["extraction"], cle=None)
    assert recu.entetes["Content-Type"] == "application/zip"
    nom = recu.entetes["Content-Disposition"].partition("filename=")[2]
    date = nom.removeprefix("PS_LibreAcces_").removesuffix(".zip")
    assert len(date) == 12 and date.isdecimal()
    with zipfile.ZipFile(io.BytesIO(recu.octets)) as archive:
        assert archive.namelist() == [f"{membre}_{date}.txt" for membre in MEMBRES]
    lus = _lire(recu.octets)
    assert {nom: len(next(iter(lignes))) for nom, lignes in lus.items()} == dict(
        zip(MEMBRES, (56, 13, 13), strict=True)
    )


def test_memes_personnes_que_l_api(essai: Essai) -> None:
    """Chaque personne active de l'API est dans l'extraction, avec les mêmes données ; les numéros ont leur clé."""
    lignes = _lire(essai.appeler(essai.adresses["extraction"]).octets)[fichiers.PERSONNE_ACTIVITE]
    par_rpps = {ligne["Identifiant PP"]: ligne for ligne in lignes}
    for ressource in essai.appeler("Practitioner?_count=1000").ressources:
        rpps = next(i["value"] for i in ressource["identifier"] if "rpps" in i["system"])
        ligne = par_rpps.pop(rpps)
        assert (ligne["Nom d'exercice"], ligne["Prénom d'exercice"]) == (
            ressource["name"][0]["family"],
            ressource["name"][0]["given"][0],
        )
        assert luhn(rpps[:10]) == rpps[10] and rpps.startswith("999")
        finess = ligne["Numéro FINESS site"]
        assert not finess or (finess.startswith("99") and len(finess) == 9)
    assert par_rpps == {}


def test_correspondance(essai: Essai) -> None:
    """Les BAL publiées des personnes et des services, celles des douze correspondants comprises."""
    essai.annuaire.etat.modifier(ALIX, bals=(BalPubliee("rouge@labo.formation.mssante.fr", liste_rouge=True),))
    lignes = _lire(essai.appeler(essai.adresses["correspondance"]).octets)[fichiers.CORRESPONDANCE]
    par_adresse = {ligne["Adresse BAL"]: ligne for ligne in lignes}
    assert {c.bal: c.rpps for c in CORRESPONDANTS}.items() <= {
        a: li["Identifiant PP"] for a, li in par_adresse.items()
    }.items()
    assert {ligne["Type de BAL"] for ligne in lignes} == {"PER", "ORG"}
    assert par_adresse["secretariat@labo.formation.mssante.fr"]["Nom d'exercice"] == ""
    assert "rouge@labo.formation.mssante.fr" not in par_adresse
    etat = essai.annuaire.etat
    publiees = {a.lower() for p in etat.personnes() for a in p.adresses_publiees}
    assert {a for a, li in par_adresse.items() if li["Type de BAL"] == "PER"} == publiees


def test_changement_et_radiation(essai: Essai) -> None:
    """L'extraction suit l'annuaire : nom changé, personne retirée, date nouvelle."""
    avant = essai.appeler(essai.adresses["extraction"])
    essai.annuaire.etat.modifier(PROFESSIONNELS[1].rpps, nom="NEUVE")
    essai.annuaire.etat.retirer(ALIX)
    apres = essai.appeler(essai.adresses["extraction"])
    noms = {li["Identifiant PP"]: li["Nom d'exercice"] for li in _lire(apres.octets)[fichiers.PERSONNE_ACTIVITE]}
    assert noms[PROFESSIONNELS[1].rpps] == "NEUVE"
    assert ALIX not in noms
    assert avant.entetes["Content-Disposition"] < apres.entetes["Content-Disposition"]


def test_conditionnelle(essai: Essai) -> None:
    """Qui a déjà cette archive n'en reçoit pas une seconde."""
    url = essai.adresses["extraction"]
    recu = essai.appeler(url)
    etiquette, date = recu.entetes["ETag"], recu.entetes["Last-Modified"]
    assert essai.appeler(url, entetes={"If-None-Match": etiquette}).statut == 304
    assert essai.appeler(url, entetes={"If-Modified-Since": date}).statut == 304
    assert essai.appeler(url, entetes={"If-None-Match": '"autre"', "If-Modified-Since": date}).statut == 200
    assert essai.appeler(url, entetes={"If-Modified-Since": "hier"}).statut == 200
    tete = essai.appeler(url, "HEAD")
    assert (tete.octets, tete.entetes["Content-Length"]) == (b"", str(len(recu.octets)))


def test_trop_souvent(essai: Essai) -> None:
    """Le trente et unième téléchargement de la minute est refusé."""
    statuts = [essai.appeler(essai.adresses["correspondance"], au_quota=True).statut for _ in range(31)]
    assert statuts == [200] * 30 + [429]


def test_pannes(essai: Essai) -> None:
    """Archive coupée, colonne en moins, fichier vide, zéro octet, absence, excès."""
    url = essai.adresses["extraction"]
    entiere = essai.appeler(url).octets
    essai.annuaire.panne("archive_tronquee")
    coupee = essai.appeler(url).octets
    assert entiere.startswith(coupee) and not zipfile.is_zipfile(io.BytesIO(coupee))
    essai.annuaire.panne("colonne_absente", colonne="Nom d'exercice")
    lus = _lire(essai.appeler(url).octets)
    assert [len(lignes[0]) for lignes in lus.values()] == [55, 12, 12]
    essai.annuaire.panne("fichier_vide")
    assert [len(lignes) for lignes in _lire(essai.appeler(url).octets).values()] == [0, 0, 0]
    essai.annuaire.panne("fichier_sans_octet")
    assert essai.appeler(url).octets == b""
    essai.annuaire.panne("extraction_absente")
    assert essai.appeler(url).statut == 404
    essai.annuaire.panne("trop_de_demandes")
    refus = essai.appeler(url)
    assert (refus.statut, refus.entetes["Retry-After"]) == (429, "60")


def test_population_deterministe() -> None:
    """La personne d'un rang est la même quelle que soit la façon de l'atteindre ; les RPPS ne se répètent pas."""
    population = Population(3_000)
    toutes = list(population)
    autre = Population(3_000)
    assert toutes == [autre.professionnel(rang) for rang in reversed(range(3_000))][::-1]
    assert len({p.rpps for p in toutes}) == 3_000
    assert all(population.rang(p.rpps) == rang for rang, p in enumerate(toutes))
    assert [population.rang(r) for r in ("", "99900000011", toutes[5].rpps[:-1] + "x", "1" * 11)] == [None] * 4
    assert all(population.rpps(rang) == rpps_de_test(PREMIER_RANG + rang) for rang in range(0, 3_000, 7))
    homonymes = {(p.nom, p.prenom) for p in toutes}
    assert len(homonymes) < 3_000
    assert any("'" in p.nom for p in toutes) and any("É" in p.prenom for p in toutes)
    with pytest.raises(ValueError, match="nombre"):
        Population(-1)


def test_finess() -> None:
    """FINESS fictifs en 99, clé juste."""
    assert finess_de_test(0) == "99000000" + luhn("99000000")


def test_ecriture_par_flux(tmp_path: Path) -> None:
    """La mémoire ne grandit pas avec la population."""
    pics = []
    for nombre in (4_000, 12_000):
        population = Population(nombre)
        structures = {s.finess: s for s in (*population.structures, *population.juridiques)}
        with (tmp_path / f"{nombre}.zip").open("wb") as sortie:
            tracemalloc.start()
            ecrire_libre_acces(sortie, population, structures, REFERENCE, nombre=nombre)
            pics.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert pics[1] < pics[0] * 1.5 + 2**20


def test_commande(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m simulators annuaire` écrit les deux archives, les mêmes pour un même nombre et une même date."""
    sorties = []
    for nom in ("a", "b"):
        sortie = tmp_path / f"{nom}.zip"
        correspondance = tmp_path / f"{nom}-mss.zip"
        arguments = ["annuaire", "--nombre", "120", "--sortie", str(sortie), "--correspondance", str(correspondance)]
        assert main([*arguments, "--date", "2026-01-05T06:00:00+00:00"]) == 0
        sorties.append((sortie.read_bytes(), correspondance.read_bytes()))
    assert sorties[0] == sorties[1]
    lus = _lire(sorties[0][0])
    assert {li["Identifiant PP"] for li in lus[fichiers.PERSONNE_ACTIVITE]} >= {p.rpps for p in Population(120)}
    assert "lignes" in capsys.readouterr().out
    assert main(["annuaire", "--nombre", "3", "--sortie", str(tmp_path / "absent" / "x.zip")]) == 1
