"""Étapes du catalogue devant d'autres logiciels que le témoin : leurs façons de faire légitimes, et leurs manques."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reports.verdict import Verdict
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import loinc, loinc_codes
from steps.flux.loinc import ANALYSES, HORS_JEU
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.protocole import Apropos, ReponseAction
from steps.verifications.cda.dates import PARIS

NOMS = {"LOINC_1": "chapitres", "LOINC_2": "demandes", "LOINC_3": "resultats"}
ENTETES = {
    "LOINC_1": ["Code chapitre", "Libellé chapitre", "Code sous-chapitre", "Libellé sous-chapitre"],
    "LOINC_2": ["Code examen", "Libellé examen", "Syn", "Chap", "SsChap", "Milieu", "NABM", "Code ana", "Libellé ana"],
    "LOINC_3": ["Code analyse", "Libellé analyse", *"abcdefghij"],
}
REPRIS = {"LOINC_4": 4, "LOINC_5": 9, "LOINC_6": 12}


@dataclass
class Produit:
    """Un autre laboratoire : six chapitres de deux sous-chapitres, six examens de deux analyses."""

    encodage: str = "utf-8"
    fin: str = "\r\n"
    entete: bool = False
    guillemets: int = csv.QUOTE_MINIMAL
    date: str = "%Y-%m-%dT%H:%M:%S.%f%z"
    fichier_entier: bool = False
    sans_releve: bool = False
    sans_affichage: bool = False
    jeu_etroit: tuple[str, ...] = ()
    sans: tuple[str, ...] = ()
    objets: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rang in range(6):
            self._ajouter("chapitre", "", f"Chapitre é{rang}")
            for partie in ("01", "02"):
                self._ajouter("sous_chapitre", partie, f"Partie {partie}", chapitre=f"Chapitre é{rang}")
            self._ajouter("examen", f"E{rang}", f"Examen {rang} ; à jeun", chapitre=f"Chapitre é{rang}")
            for suite in "ab":
                self._ajouter("analyse", f"A{rang}{suite}", f"Analyse « {rang}{suite} »", examens=[f"E{rang}"])
        self._ajouter("sous_chapitre", "99", "Partie unique", chapitre="Chapitre é0")

    def _ajouter(self, nature: str, code: str, libelle: str, **reste: Any) -> None:
        objet = {"nature": nature, "code": code or None, "libelle": libelle, "code_loinc": None, **reste}
        self.objets[nature, reste.get("chapitre", "") if nature == "sous_chapitre" else "", code or libelle] = objet

    def apropos(self) -> Apropos:
        return Apropos("Autre laboratoire", "1")

    def actions(self) -> frozenset[str]:
        return frozenset({"lire_catalogue", "exporter_catalogue", "importer_loinc", "modifier_code_loinc"}) - {
            *self.sans
        }

    def fermer(self) -> None:
        return

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        return ReponseAction("non_gere") if action in self.sans else getattr(self, action)(**parametres)

    def lire_catalogue(self, objets: str) -> ReponseAction:
        if self.sans_affichage:
            return ReponseAction("fait")
        natures = {"chapitres": ("chapitre", "sous_chapitre"), "examens": ("examen",), "analyses": ("analyse",)}
        return ReponseAction(
            "fait", (), {"objets": [dict(o) for o in self.objets.values() if o["nature"] in natures[objets]]}
        )

    def exporter_catalogue(self, fichier: str) -> ReponseAction:
        lignes = [list(ENTETES[fichier])] if self.entete else []
        for (nature, chapitre, code), o in self.objets.items():
            if fichier == "LOINC_1" and nature == "sous_chapitre":
                lignes.append(["", chapitre, code, o["libelle"]])
            elif fichier == "LOINC_2" and nature == "analyse":
                examen = self.objets["examen", "", o["examens"][0]]
                milieu = ["", examen["chapitre"], "", "", ""]
                lignes.append([examen["code"], examen["libelle"], *milieu, code, o["libelle"]])
            elif fichier == "LOINC_3" and nature == "analyse":
                lignes.append([code, o["libelle"], *[""] * 10])
        sortie = io.StringIO(newline="")
        csv.writer(sortie, delimiter=";", lineterminator=self.fin, quoting=cast("Any", self.guillemets)).writerows(
            lignes
        )
        nom = f"{fichier}_export_{NOMS[fichier]}_{datetime.now(PARIS):%Y%m%d}.csv"
        contenu = base64.b64encode(sortie.getvalue().encode(self.encodage)).decode()
        return ReponseAction("fait", (), {"nom": nom, "fichier_base64": contenu})

    def importer_loinc(self, fichier: str, nom: str, fichier_base64: str, jeu_de_valeurs: list[str]) -> ReponseAction:
        texte = base64.b64decode(fichier_base64).decode(self.encodage)
        lignes = list(csv.reader(io.StringIO(texte, newline=""), delimiter=";"))[1 if self.entete else 0 :]
        demandes: dict[tuple[str, str, str], dict[str, None]] = {}
        for ligne in lignes:
            codes = ligne[REPRIS[fichier] :: 2]
            if fichier == "LOINC_4":
                demandes.setdefault(("chapitre", "", ligne[1]), {})[codes[0]] = None
                demandes.setdefault(("sous_chapitre", ligne[1], ligne[2]), {})[codes[1]] = None
            else:
                nature = "examen" if fichier == "LOINC_5" else "analyse"
                demandes.setdefault((nature, "", ligne[0]), {}).update(dict.fromkeys(codes))
        multiples = [cle for cle, codes_de in demandes.items() if len(codes_de) > 1]
        jeu = set(self.jeu_etroit or jeu_de_valeurs)
        anomalies = [
            {
                "bloquante": cle in multiples,
                "code": self.objets[cle]["libelle"],
                "codes_loinc": list(codes_de),
                "message": "à revoir",
            }
            for cle, codes_de in demandes.items()
            if cle in multiples or not set(codes_de) <= jeu
        ]
        refuse = bool(multiples) and self.fichier_entier
        for cle, codes_de in demandes.items():
            if not refuse and cle not in multiples:
                self._coder(cle, next(iter(codes_de)))
        lignes_du_rapport = "".join(f"<li>{a['code']} : {' '.join(a['codes_loinc'])}</li>" for a in anomalies)
        rapport = base64.b64encode(f"<ul>{lignes_du_rapport}</ul>".encode()).decode()
        donnees = {"rapport_base64": rapport} | ({} if self.sans_releve else {"anomalies": anomalies})
        return ReponseAction("refuse" if refuse else "fait", (), donnees)

    def modifier_code_loinc(self, objet: str, code: str, code_loinc: str) -> ReponseAction:
        cle = next(cle for cle in self.objets if cle[0] == objet and cle[2] == code)
        self._coder(cle, code_loinc)
        return ReponseAction("fait", (), {"objet": dict(self.objets[cle])})

    def _coder(self, cle: tuple[str, str, str], code: str) -> None:
        if self.objets[cle]["code_loinc"] != code:
            self.objets[cle] |= {"code_loinc": code, "loinc_modifie_le": f"{datetime.now(PARIS):{self.date}}"}


TABLEUR: dict[str, Any] = {
    "encodage": "cp1252",
    "fin": "\n",
    "entete": True,
    "guillemets": csv.QUOTE_ALL,
    "date": "%d/%m/%Y %H:%M:%S",
    "fichier_entier": True,
}
SOBRE: dict[str, Any] = {"encodage": "utf-16", "date": "%d/%m/%Y"}


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    with JournalEchanges.creer(tmp_path_factory.mktemp("journal") / "j") as journal, Banc(journal) as monte:
        yield monte


Ouvrir = Callable[[Produit], Essai]


@pytest.fixture
def essayer(banc: Banc) -> Ouvrir:
    """Un scénario en cours pour ce produit, catalogue affiché."""
    logiciel = ConfigurationLogiciel("Autre laboratoire", "1", ("Général",), "http")

    def ouvrir(produit: Produit) -> Essai:
        essai = Essai(cast("Any", SimpleNamespace(numero="LOI/essai")), produit, banc, banc.journal, logiciel)
        loinc.catalogue_affiche(essai)
        return essai

    return ouvrir


def _exports(essai: Essai) -> None:
    fideles = (loinc.chapitres_fideles, loinc.demandes_fideles, loinc.resultats_fideles)
    quoi = ("chapitres", "examens prescriptibles", "analyses de résultat")
    for nom, fidele in zip(quoi, fideles, strict=True):
        loinc.exporter_le_catalogue(essai, nom)
        loinc.nom_prevu(essai)
        loinc.forme_prevue(essai)
        loinc.volume_atteint(essai)
        fidele(essai)


def _imports(essai: Essai) -> None:
    for fichier in ("LOINC_4", "LOINC_5", "LOINC_6"):
        loinc_codes.integrer_tout(essai, fichier)
        loinc_codes.codes_en_place(essai)
        loinc_codes.integrer_de_nouveau(essai, fichier)
        loinc_codes.codes_en_place(essai)


def _rapports(essai: Essai) -> None:
    for qui in ("un chapitre et un sous-chapitre", "un examen", "une analyse"):
        loinc_codes.integrer_des_absents(essai, qui)
        loinc_codes.absents_dits(essai)
    for integrer in (loinc_codes.integrer_des_lignes_multiples, loinc_codes.integrer_des_codes_cote_a_cote):
        integrer(essai)
        loinc_codes.multiples_dits(essai)


def _dates(essai: Essai) -> None:
    loinc_codes.modifier_les_quatre(essai)
    loinc_codes.quatre_modifies(essai)
    loinc_codes.quatre_dates(essai)
    loinc_codes.integrer_tout(essai, "LOINC_6")
    loinc_codes.integration_datee(essai)


def _mauvais(essai: Essai) -> list[str]:
    return [constat.en_texte() for constat in essai.bilan.constats if constat.verdict is not Verdict.CONFORME]


@pytest.mark.parametrize("jouer", [_exports, _imports, _rapports, _dates])
@pytest.mark.parametrize("facons", [{}, TABLEUR, SOBRE], ids=["autre", "tableur", "sobre"])
def test_facons_legitimes(essayer: Ouvrir, facons: dict[str, Any], jouer: Callable[[Essai], None]) -> None:
    """Encodage, en-tête, guillemets, sous-chapitres de même code, dates à la seconde ou au jour : tout est conforme."""
    essai = essayer(Produit(**facons))
    jouer(essai)
    assert essai.bilan.constats
    assert _mauvais(essai) == []


def test_jeu_plus_etroit(essayer: Ouvrir) -> None:
    """Un logiciel qui dit absents des codes du banc, mais pas tous, est à vérifier."""
    essai = essayer(Produit(jeu_etroit=tuple(ANALYSES)[::2]))
    loinc_codes.integrer_des_absents(essai, "une analyse")
    loinc_codes.absents_dits(essai)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_rapport_non_releve(essayer: Ouvrir) -> None:
    """Sans relevé ligne à ligne, une personne lit le rapport ; ce que le catalogue montre reste jugé."""
    essai = essayer(Produit(sans_releve=True))
    _rapports(essai)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_dates_trop_proches(essayer: Ouvrir) -> None:
    """Deux changements que la date montrée ne distingue pas : à vérifier, pas non conforme."""
    essai = essayer(Produit(date="%d/%m/%Y"))
    _imports(essai)
    loinc_codes.modifier_les_quatre(essai)
    loinc_codes.quatre_dates(essai)
    assert essai.bilan.verdict() is Verdict.A_VERIFIER


def test_fonction_absente(essayer: Ouvrir) -> None:
    """Un logiciel que l'adaptateur ne sait pas faire importer n'est pas jugé."""
    essai = essayer(Produit(sans=("importer_loinc",)))
    with pytest.raises(ScenarioArrete):
        loinc_codes.integrer_tout(essai, "LOINC_4")
    assert essai.bilan.verdict() is Verdict.NON_EXECUTE


def test_export_incomplet(essayer: Ouvrir) -> None:
    """Un objet montré et absent de l'export : le fichier du transcodeur ne peut pas être fait."""
    produit = Produit()
    essai = essayer(produit)
    montre = essai.releves["catalogue"]
    montre.append({"nature": "analyse", "code": "Z", "libelle": "Analyse oubliée", "examens": ["E0"]})
    with pytest.raises(NonConcluant, match="omet 1 objet"):
        loinc_codes.integrer_tout(essai, "LOINC_6")


@pytest.mark.parametrize("jouer", [_exports, _imports, _rapports, _dates])
def test_catalogue_non_releve(essayer: Ouvrir, jouer: Callable[[Essai], None]) -> None:
    """Personne ne recopie le catalogue : ce qui se juge des fichiers l'est, le reste se regarde à l'écran."""
    essai = essayer(Produit(sans_affichage=True))
    jouer(essai)
    vus = {constat.verdict for constat in essai.bilan.constats}
    assert vus == {Verdict.CONFORME, Verdict.A_VERIFIER}


def test_catalogue_non_releve_mais_fautif(essayer: Ouvrir) -> None:
    """Un code absent que le rapport ne signale pas est non conforme, que le catalogue soit relevé ou non."""
    essai = essayer(Produit(sans_affichage=True, jeu_etroit=(*ANALYSES, *HORS_JEU)))
    loinc_codes.integrer_des_absents(essai, "une analyse")
    loinc_codes.absents_dits(essai)
    assert essai.bilan.verdict() is Verdict.NON_CONFORME


def test_pieces(essayer: Ouvrir) -> None:
    """Les fichiers intégrés et leurs rapports sont des preuves du scénario du rapport, des aides ailleurs."""
    essai = essayer(Produit())
    loinc_codes.integrer_tout(essai, "LOINC_6")
    assert {piece.complement for piece in essai.bilan.pieces} == {True}
    loinc_codes.integrer_des_absents(essai, "une analyse")
    jour = f"{datetime.now(UTC).astimezone(PARIS):%Y%m%d}"
    assert [piece.nom for piece in essai.bilan.pieces if not piece.complement] == [
        f"2-LOINC_6_transcodage_demandes_{jour}.csv",
        "2-rapport-LOINC_6.html",
    ]
