"""Les options de `pytest` propres à une campagne."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from requirements import lieux
from requirements.catalogue import nommer_couloir
from requirements.erreurs import ErreurRequirements

VOLUMES = ("officiel", "reduit")
OPERATEURS = ("console", "terminal")
NAVIGATEURS = HTTP, CHROMIUM = ("http", "chromium")


@dataclass(frozen=True)
class OptionsCampagne:
    """Ce que la personne a demandé. `couloir` vide : pas de campagne, pytest fait ses essais ordinaires."""

    couloir: str = ""
    couloirs: Path | None = None
    type_logiciel: str = ""
    vagues: tuple[int, ...] = ()
    profils: tuple[str, ...] = ()
    exigences: tuple[str, ...] = ()
    logiciel: Path | None = None
    dossier: Path | None = None
    reprendre: Path | None = None
    ecarts: Path | None = None
    exiger_complet: bool = False
    junit: bool = False
    volume_reduit: bool = False
    supplements: bool = False
    navigateur: str = HTTP
    operateur: str = ""
    operateur_nom: str = ""
    ouvrir_console: bool = False
    rejouer: Path | None = None

    @property
    def active(self) -> bool:
        return bool(self.couloir)


def declarer(parser: pytest.Parser) -> None:
    """Ajoute le groupe « Banc SONS » à l'aide de pytest."""
    groupe = parser.getgroup("banc-sons", "Banc SONS : campagne de conformité")
    groupe.addoption(
        "--couloir",
        default="",
        metavar="COULOIR",
        help="couloir à vérifier, par exemple biologie ; tous : une campagne du logiciel témoin par couloir",
    )
    groupe.addoption("--couloirs", type=Path, metavar="DIR", help=lieux.AIDE)
    groupe.addoption(
        "--type-logiciel",
        default="",
        metavar="TYPE",
        help="type du logiciel, quand le couloir en a plusieurs : --couloir=hopital --type-logiciel=PFI",
    )
    groupe.addoption(
        "--vague", action="append", default=[], metavar="1|2", help="vague du REM (1 ou 2) ; par défaut les deux"
    )
    groupe.addoption(
        "--profil", action="append", default=[], metavar="PROFIL", help="se limiter à ce profil (répétable)"
    )
    groupe.addoption(
        "--exigence",
        action="append",
        default=[],
        metavar="NUMÉRO",
        help="se limiter à cette exigence ou à ce scénario, par exemple INS/va1.20 (répétable)",
    )
    groupe.addoption(
        "--logiciel",
        type=Path,
        metavar="LOGICIEL.yaml",
        help="description du logiciel à vérifier ; sans elle, le logiciel témoin (démonstration, non recevable)",
    )
    groupe.addoption(
        "--dossier",
        type=Path,
        metavar="DIR",
        help="dossier de campagne ; par défaut campagnes/<couloir>-<date>-<heure>/",
    )
    groupe.addoption(
        "--reprendre",
        type=Path,
        metavar="DIR",
        help="reprend une campagne : ne joue que ce qui manque, a échoué ou est périmé (logiciel, catalogue ou "
        "vérifications changés)",
    )
    groupe.addoption(
        "--ecarts",
        type=Path,
        metavar="ECARTS.yaml",
        help="manquements connus, chacun avec sa raison et son échéance : rapportés non conformes, mais la sortie est "
        "0 s'il n'y en a pas d'autre ; par défaut le fichier que logiciel.yaml désigne",
    )
    groupe.addoption(
        "--exiger-complet",
        action="store_true",
        help="« à vérifier », « non exécuté » et les écarts connus comptent comme un échec (barrière de livraison)",
    )
    groupe.addoption(
        "--supplements",
        action="store_true",
        help="joue aussi les scénarios du banc que le REM n'a pas, pour des exigences qu'il laisse sans scénario",
    )
    groupe.addoption(
        "--volume",
        choices=VOLUMES,
        default=VOLUMES[0],
        help="officiel (par défaut) : les scénarios de volume jouent le nombre demandé ; reduit : un dixième, pour "
        "mettre au point, et leur verdict est au mieux « à vérifier »",
    )
    groupe.addoption(
        "--navigateur",
        choices=NAVIGATEURS,
        default=HTTP,
        help="ce qui joue le navigateur de la personne qui se connecte : http (par défaut, sans script), ou un vrai "
        "Chromium sans écran, dont les captures sont jointes aux preuves",
    )
    groupe.addoption(
        "--operateur",
        choices=OPERATEURS,
        default="",
        help="où la personne qui agit est guidée : console (page locale, par défaut devant un terminal) ou terminal",
    )
    groupe.addoption(
        "--operateur-nom", default="", metavar="NOM", help="qui répond ; chaque réponse et chaque pièce portent ce nom"
    )
    groupe.addoption(
        "--ouvrir-console", action="store_true", help="ouvre la console dans le navigateur, sans copier son lien"
    )
    groupe.addoption(
        "--rejouer",
        type=Path,
        metavar="reponses.jsonl",
        help="rend les réponses de personne gardées par une campagne précédente, sans personne ; tout est marqué "
        "« rejoué », et rien ne se scelle",
    )
    groupe.addoption("--junit", action="store_true", help="écrit aussi junit.xml dans le dossier de campagne")


def lire(config: pytest.Config) -> OptionsCampagne:
    """Les options telles que données ; usage refusé en français si elles se contredisent."""
    options = OptionsCampagne(
        couloir=config.getoption("--couloir"),
        couloirs=config.getoption("--couloirs"),
        type_logiciel=config.getoption("--type-logiciel"),
        vagues=lire_vagues(config),
        profils=tuple(config.getoption("--profil")),
        exigences=tuple(config.getoption("--exigence")),
        logiciel=config.getoption("--logiciel"),
        dossier=config.getoption("--dossier"),
        reprendre=config.getoption("--reprendre"),
        ecarts=config.getoption("--ecarts"),
        exiger_complet=config.getoption("--exiger-complet"),
        junit=config.getoption("--junit"),
        supplements=config.getoption("--supplements"),
        volume_reduit=config.getoption("--volume") != VOLUMES[0],
        navigateur=config.getoption("--navigateur"),
        operateur=config.getoption("--operateur"),
        operateur_nom=config.getoption("--operateur-nom").strip(),
        ouvrir_console=config.getoption("--ouvrir-console"),
        rejouer=config.getoption("--rejouer"),
    )
    if not options.active:
        donnees = [
            nom
            for nom, valeur in (
                ("--couloirs", options.couloirs),
                ("--type-logiciel", options.type_logiciel),
                ("--vague", options.vagues),
                ("--profil", options.profils),
                ("--exigence", options.exigences),
                ("--logiciel", options.logiciel),
                ("--dossier", options.dossier),
                ("--reprendre", options.reprendre),
                ("--ecarts", options.ecarts),
                ("--exiger-complet", options.exiger_complet),
                ("--junit", options.junit),
                ("--supplements", options.supplements),
                ("--volume", options.volume_reduit),
                ("--navigateur", options.navigateur != HTTP),
                ("--operateur", options.operateur),
                ("--operateur-nom", options.operateur_nom),
                ("--ouvrir-console", options.ouvrir_console),
                ("--rejouer", options.rejouer),
            )
            if valeur
        ]
        if donnees:
            raise pytest.UsageError(f"{', '.join(donnees)} : attendu avec --couloir=…, par exemple --couloir=biologie")
    if options.navigateur == CHROMIUM:
        _exiger_chromium()
    if options.rejouer and options.operateur:
        raise pytest.UsageError(
            "--rejouer et --operateur ne vont pas ensemble : un enregistrement répond, ou une personne"
        )
    if options.rejouer and not options.rejouer.is_file():
        raise pytest.UsageError(f"--rejouer : {options.rejouer} n'existe pas ; attendu un reponses.jsonl")
    if options.dossier and options.reprendre:
        raise pytest.UsageError(
            "--dossier et --reprendre ne vont pas ensemble : une reprise continue son propre dossier"
        )
    if options.reprendre and not (options.reprendre / "journal.sqlite").is_file():
        raise pytest.UsageError(f"--reprendre : {options.reprendre} ne porte aucune campagne (journal.sqlite absent)")
    if options.dossier and (options.dossier / "journal.sqlite").exists():
        raise pytest.UsageError(
            f"--dossier : {options.dossier} porte déjà une campagne ; attendu un dossier neuf, "
            f"ou --reprendre={options.dossier} pour la continuer"
        )
    if options.active:
        return replace(options, couloir=_couloir(options))
    return options


def lire_vagues(config: pytest.Config) -> tuple[int, ...]:
    """Les vagues demandées, dans l'ordre ; UsageError si l'une n'est ni 1 ni 2."""
    for vague in config.getoption("--vague"):
        if vague not in ("1", "2"):
            raise pytest.UsageError(f"--vague : attendu 1 ou 2, reçu {vague!r}")
    return tuple(sorted({int(vague) for vague in config.getoption("--vague")}))


def _couloir(options: OptionsCampagne) -> str:
    try:
        lieux.choisir(options.couloirs or _gardes(options))
        return nommer_couloir(options.couloir, options.type_logiciel)
    except ErreurRequirements as erreur:
        raise pytest.UsageError(str(erreur)) from erreur


def _gardes(options: OptionsCampagne) -> Path | None:
    """Les couloirs que garde le dossier d'une campagne reprise, quand personne n'en donne d'autres."""
    if not options.reprendre or lieux.dossier_utilisateur():
        return None
    return lieux.racine_de_campagne(options.reprendre, options.couloir)


def _exiger_chromium() -> None:
    from steps.personne import cdp  # lourd à charger, et rarement utile

    if cdp.executable() is None:
        raise pytest.UsageError(
            "--navigateur=chromium : aucun Chromium sur cette machine ; installez-en un, ou donnez son chemin dans la "
            f"variable d'environnement {cdp.VARIABLE}"
        )
