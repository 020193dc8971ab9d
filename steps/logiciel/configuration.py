"""`logiciel.yaml` : quel logiciel, quels profils, comment le faire agir."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steps.logiciel import bouchons, schema
from steps.logiciel.assemblage import MODULES, charger_type
from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree, dire_faute
from steps.logiciel.connexion import SCHEMA as CONNEXION
from steps.logiciel.fautes import Faute, ProfilReclame, en_chemin, fautes, parmi, proche, recu
from steps.logiciel.lecture_yaml import Chemin, YamlInvalide, YamlLu, lire_yaml
from steps.logiciel.prise_declaree import NOM as PRISE
from steps.logiciel.prise_declaree import PriseDeclaree
from steps.logiciel.types_adaptateur import DescriptionAdaptateur, TypeAdaptateur

if TYPE_CHECKING:
    from simulators.bouchon.reponses import Reponse

TEMOIN = "temoin"
NOM_TEMOIN = "Labo Témoin"
"""Le nom que le logiciel témoin se donne, dans `/apropos` comme à l'écran."""
EXEMPLE = "À REMPLIR"
"""Ce que porte, dans un fichier neuf, une valeur que l'éditeur doit donner."""
DELAI_S = 60.0


class ConfigurationInvalide(ValueError):
    """`logiciel.yaml` est illisible ou incomplet ; le message dit où, ce qui était attendu, que faire."""


@dataclass(frozen=True)
class ConfigurationLogiciel:
    """Le logiciel sous essai, tel que l'éditeur le décrit.

    `adaptateurs` : chacun sous son nom ; `actions` : action → nom de l'adaptateur ; `defaut` : celui des autres ;
    `pieces` : le dépôt de pièces. `adaptateur` : type de celui par défaut. `delai_s` : secondes laissées au logiciel
    pour agir de lui-même. `prise` : bloc `mllp`, s'il y en a un.
    `profils` : profils réclamés ; vide est refusé, car un profil oublié ne doit pas vouloir dire
    « rien à vérifier ». `secrets` : valeurs lues dans l'environnement, que rien ne doit écrire. `connexion` : bloc
    `pro_sante_connect`, que /apropos complète.
    """

    nom: str
    version: str
    profils: tuple[str, ...]
    adaptateur: str
    editeur: str = ""
    nil: str = ""
    couloir: str = ""
    adaptateurs: tuple[DescriptionAdaptateur, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    defaut: str = ""
    pieces: str = ""
    delai_s: float = DELAI_S
    comptes: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    defauts: tuple[str, ...] = ()
    idam: str = ""
    environnement: str = ""
    ecarts: str = ""
    source: str = ""
    secrets: tuple[str, ...] = ()
    connexion: ConnexionDeclaree = NON_DECLAREE
    bouchons: Mapping[str, tuple[Reponse, ...]] = field(default_factory=dict)
    """Téléservice au contrat inconnu → réponses que l'éditeur a écrites ; rien ne s'y juge."""
    prise: PriseDeclaree | None = None

    @property
    def temoin(self) -> bool:
        """Vrai si le banc lance lui-même son logiciel témoin : neuf à chaque campagne, il répond sans délai."""
        return TEMOIN in (self.adaptateur, *(description.type for description in self.adaptateurs))

    @property
    def demonstration(self) -> bool:
        """Vrai si c'est le logiciel témoin, par quelque adaptateur : rien de ce qui est produit n'est recevable."""
        return self.temoin or self.nom == NOM_TEMOIN


def lire_configuration(chemin: Path) -> ConfigurationLogiciel:
    """Lit et valide un `logiciel.yaml` ; ConfigurationInvalide en français sinon."""
    try:
        lu = lire_yaml(chemin)
    except YamlInvalide as erreur:
        raise ConfigurationInvalide(f"{chemin} : {erreur}") from erreur
    return _Lecture(lu, chemin).configuration()


class _Lecture:
    """Un fichier lu, vérifié bloc par bloc ; toutes ses fautes sont dites ensemble."""

    def __init__(self, lu: YamlLu, source: Path) -> None:
        self._lu = lu
        self._source = source
        self._secrets: list[str] = []
        self._types: dict[str, TypeAdaptateur] = {}

    def configuration(self) -> ConfigurationLogiciel:
        brut = self._lu.valeur
        trouvees = list(fautes(schema.racine(), brut, self._lu))
        if isinstance(brut, dict):
            trouvees += self._fautes_adaptateurs(brut)
            trouvees += self._fautes_connexion(brut)
        self._refuser(trouvees)
        self._refuser(list(self._fautes_ensemble(brut)))
        return self._construire(brut)

    def _refuser(self, trouvees: list[Faute]) -> None:
        if trouvees:
            trouvees.sort(key=lambda faute: self._lu.ligne(faute.chemin))
            lignes = [f"  - {faute.en_texte(self._lu)}" for faute in trouvees]
            raise ConfigurationInvalide("\n".join([f"{self._source} : description du logiciel invalide", *lignes]))

    # ------------------------------------------------------------ bloc par bloc
    @staticmethod
    def _blocs(brut: Mapping[str, Any]) -> Iterator[tuple[Chemin, str, Any]]:
        """Chaque adaptateur décrit : où, sous quel nom, son bloc. Seul, il porte le nom de son type."""
        if "adaptateur" in brut:
            bloc = brut["adaptateur"]
            yield ("adaptateur",), str(bloc.get("type")) if isinstance(bloc, dict) else "", bloc
        if isinstance(brut.get("adaptateurs"), dict):
            for nom, bloc in brut["adaptateurs"].items():
                yield ("adaptateurs", str(nom)), str(nom), bloc

    def _fautes_adaptateurs(self, brut: Mapping[str, Any]) -> Iterator[Faute]:
        if ("adaptateur" in brut) == ("adaptateurs" in brut):
            combien = "les deux sont donnés" if "adaptateur" in brut else "champ obligatoire absent : adaptateur"
            yield Faute((), f"attendu adaptateur (un seul) ou adaptateurs (nommés), l'un ou l'autre ; {combien}")
        for chemin, nom, bloc in self._blocs(brut):
            if not re.fullmatch(schema.NOM_ADAPTATEUR, nom) and chemin[0] == "adaptateurs":
                yield Faute(chemin, f"attendu un nom fait de lettres sans accent, chiffres, - ou _, reçu {recu(nom)}")
            yield from self._fautes_bloc(chemin, nom, bloc)
        confie = brut.get("actions")
        if confie is not None and "adaptateurs" not in brut:
            yield Faute(("actions",), "actions choisit entre plusieurs adaptateurs : donnez-les sous adaptateurs")
        elif confie is not None:
            yield from fautes(schema.actions(), confie, self._lu, ("actions",), quoi="action inconnue du contrat")

    def _fautes_bloc(self, chemin: Chemin, nom: str, bloc: Any) -> Iterator[Faute]:
        forme = {"type": "object", "required": ["type"], "properties": {"type": {"enum": list(MODULES)}}}
        generales = list(fautes(forme, bloc, self._lu, chemin))
        if generales:
            yield from generales
            return
        type_ = charger_type(bloc["type"])
        self._types[nom] = type_
        for cle in type_.obligatoires:
            if cle not in bloc:
                yield Faute(chemin, f"{en_chemin((*chemin, cle))} manque ; attendu {type_.cles[cle]['description']}")
        voulu = {**type_.schema(), "required": ["type"]}
        yield from fautes(voulu, bloc, self._lu, chemin)

    def _fautes_connexion(self, brut: Mapping[str, Any]) -> Iterator[Faute]:
        if isinstance(brut.get("pro_sante_connect"), dict):
            bloc = brut["pro_sante_connect"]
            yield from fautes(CONNEXION, bloc, self._lu, ("pro_sante_connect",), dire=dire_faute)

    # ------------------------------------------------------------- l'ensemble
    def _fautes_ensemble(self, brut: Mapping[str, Any]) -> Iterator[Faute]:
        for chemin, texte in self._lu.textes.items():
            if texte == EXEMPLE:
                yield Faute(chemin, f"valeur d'exemple laissée telle quelle : {recu(texte)} ; donnez la vôtre")
        if brut.get("defauts") and not any(type_.nom == TEMOIN for type_ in self._types.values()):
            yield Faute(("defauts",), "defauts n'a de sens que pour le logiciel témoin")
        if PRISE in brut and PRISE in self._types:
            yield Faute(("adaptateurs", PRISE), "ce nom est réservé à la prise que mllp déclare ; donnez-en un autre")
        joueurs = [nom for nom, type_ in self._types.items() if type_.joue]
        depots = [nom for nom, type_ in self._types.items() if not type_.joue]
        # Un dépôt seul suffit : rien n'est joué, chaque scénario garde ses pièces et attend une personne.
        if not joueurs and not depots:
            yield Faute(
                ("adaptateurs",) if "adaptateurs" in brut else ("adaptateur",),
                "aucun adaptateur ne sait faire agir le logiciel ; ajoutez-en un (operateur, si une personne agit)",
            )
        for action, nom in brut.get("actions", {}).items():
            if nom not in joueurs:
                pourquoi = "un dépôt ne joue aucune action" if nom in depots else "adaptateur inconnu"
                yield Faute(("actions", action), f"{pourquoi} : {nom}{parmi(nom, joueurs)}")
        if len(joueurs) > 1 and not brut.get("actions"):
            yield Faute(
                ("adaptateurs",),
                f"plusieurs adaptateurs savent agir ({', '.join(joueurs)}) : dites sous actions qui joue quoi, "
                "au moins actions.defaut",
            )
        pieces = brut.get("pieces")
        if pieces is not None and pieces not in depots:
            yield Faute(
                ("pieces",),
                f"attendu le nom d'un adaptateur de type depot ({', '.join(depots) or 'aucun n’est décrit'}), reçu "
                f"{recu(pieces)}{proche(pieces, depots)}",
            )
        if pieces is None and len(depots) > 1:
            yield Faute(("adaptateurs",), f"plusieurs dépôts ({', '.join(depots)}) : dites lequel par pieces")

    # ------------------------------------------------------------ construire
    def _construire(self, brut: Mapping[str, Any]) -> ConfigurationLogiciel:
        logiciel = brut["logiciel"]
        descriptions = tuple(self._description(*bloc) for bloc in self._blocs(brut))
        joueurs = [description for description in descriptions if self._types[description.nom].joue]
        depots = [description.nom for description in descriptions if not self._types[description.nom].joue]
        confie = dict(brut.get("actions", {}))
        defaut = confie.pop(schema.DEFAUT, joueurs[0].nom if len(joueurs) == 1 else "")
        environnement = brut.get("environnement", "")
        principal = next((d for d in joueurs if d.nom == defaut), (joueurs or descriptions)[0])
        return ConfigurationLogiciel(
            nom=logiciel["nom"],
            version=logiciel["version"],
            editeur=logiciel.get("editeur", ""),
            nil=logiciel.get("nil", ""),
            idam=logiciel.get("idam", ""),
            couloir=brut.get("couloir", ""),
            profils=tuple(self._profil(rang, nom) for rang, nom in enumerate(brut["profils"])),
            adaptateur=principal.type,
            adaptateurs=descriptions,
            actions=confie,
            defaut=defaut,
            pieces=brut.get("pieces", depots[0] if depots else ""),
            delai_s=self._delai([principal, *joueurs]),
            comptes=dict(brut.get("comptes", {})),
            permissions=dict(brut.get("permissions", {})),
            defauts=tuple(brut.get("defauts", ())),
            environnement=str(self._source.parent / environnement) if environnement else "",
            ecarts=str(self._source.parent / brut["ecarts"]) if "ecarts" in brut else "",
            source=str(self._source),
            secrets=tuple(self._secrets),
            bouchons=self._bouchons(brut.get("bouchons", {})),
            connexion=ConnexionDeclaree.lire(brut.get("pro_sante_connect", {}), str(self._source)),
            prise=PriseDeclaree.lire(brut[PRISE]) if PRISE in brut else None,
        )

    def _bouchons(self, declares: Mapping[str, str]) -> dict[str, tuple[Reponse, ...]]:
        lus: dict[str, tuple[Reponse, ...]] = {}
        for nom, fichier in declares.items():
            try:
                lus[nom] = bouchons.lire(self._source.parent / fichier)
            except bouchons.BouchonIllisible as erreur:
                self._refuser([Faute(("bouchons", nom), str(erreur))])
        return lus

    def _profil(self, rang: int, nom: str) -> ProfilReclame:
        chemin = ("profils", rang)
        return ProfilReclame(nom, str(self._source), f"ligne {self._lu.ligne(chemin)}, {en_chemin(chemin)}")

    def _delai(self, joueurs: list[DescriptionAdaptateur]) -> float:
        """Le délai d'une machine : le temps laissé à une personne ne dit rien du rythme du logiciel."""
        for description in joueurs:
            if not self._types[description.nom].humain and "delai_s" in description.reglages:
                return float(description.reglages["delai_s"])
        return DELAI_S

    def _description(self, chemin: Chemin, nom: str, bloc: Mapping[str, Any]) -> DescriptionAdaptateur:
        type_ = self._types[nom]
        reglages = self._completer(type_.completer(bloc), chemin)
        return DescriptionAdaptateur(nom=nom, type=type_.nom, reglages=reglages, dossier=self._source.parent)

    def _completer(self, valeur: Any, chemin: Chemin) -> Any:
        """`${NOM}` est lu dans l'environnement, pour qu'aucun jeton ne soit écrit dans le fichier."""
        if isinstance(valeur, dict):
            return {cle: self._completer(element, (*chemin, cle)) for cle, element in valeur.items()}
        if isinstance(valeur, list):
            return [self._completer(element, (*chemin, rang)) for rang, element in enumerate(valeur)]
        if not isinstance(valeur, str):
            return valeur

        def remplacer(motif: re.Match[str]) -> str:
            nom = motif.group(1)
            if nom not in os.environ:
                self._refuser([Faute(chemin, f"la variable d'environnement {nom} n'est pas définie")])
            self._secrets.append(os.environ[nom])
            return self._secrets[-1]

        return re.sub(r"\$\{(\w+)\}", remplacer, valeur)
