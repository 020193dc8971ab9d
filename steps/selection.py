"""Quels scénarios de conformité font partie de la campagne, et lesquels s'appliquent au logiciel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.resultat import CleScenario
from reports.verdict import Verdict
from requirements.catalogue import Catalogue
from requirements.modele import PROFIL_GENERAL, Exigence, ScenarioConformite
from steps.logiciel.configuration import ConfigurationInvalide
from steps.logiciel.connexion import ConnexionDeclaree, raison_hors_modalite
from steps.logiciel.fautes import ProfilReclame, proche


@dataclass(frozen=True)
class ScenarioRetenu:
    """Un scénario de la campagne. `hors_profil` : pourquoi il ne s'applique pas, vide s'il s'applique.

    `sans_modalite` : pourquoi il n'est pas joué, quand le logiciel ne dit pas comment il se connecte.
    """

    exigence: Exigence
    scenario: ScenarioConformite
    hors_profil: str = ""
    sans_modalite: str = ""

    @property
    def numero(self) -> str:
        return self.scenario.id

    @property
    def cle(self) -> CleScenario:
        return CleScenario(self.exigence.rem, self.exigence.id, self.scenario.id)

    @property
    def ecarte(self) -> tuple[Verdict, str] | None:
        """Verdict et raison d'un scénario qui ne se joue pas devant ce logiciel ; None s'il se joue."""
        if self.hors_profil:
            return Verdict.NON_APPLICABLE, self.hors_profil
        if self.sans_modalite:
            return Verdict.NON_EXECUTE, self.sans_modalite
        return None

    def selon(self, connexion: ConnexionDeclaree) -> ScenarioRetenu:
        """Le même, écarté si le logiciel ne réclame pas la modalité de connexion qu'il demande."""
        non_dit, raison = raison_hors_modalite(self.scenario.modalite, self.scenario.fournisseur, connexion)
        if not raison or self.hors_profil:
            return self
        return replace(self, sans_modalite=raison) if non_dit else replace(self, hors_profil=raison)


class SelectionVide(ValueError):
    """Rien ne répond à la demande ; le message dit ce qui existe."""


def selectionner(
    catalogue: Catalogue,
    *,
    vagues: Sequence[int] = (),
    profils: Sequence[str] = (),
    exigences: Sequence[str] = (),
    profils_reclames: Sequence[str] = (),
    supplements: bool = False,
) -> list[ScenarioRetenu]:
    """Les scénarios demandés, dans l'ordre du catalogue, chacun une fois.

    `supplements` : ceux du banc aussi, que le REM n'a pas ; nommé par `exigences`, l'un d'eux est retenu sans cela.

    Un profil demandé (SelectionVide) ou réclamé (ConfigurationInvalide) qui n'existe pas dans le REM est refusé : une
    faute de frappe ferait disparaître des scénarios sans bruit.
    """
    _refuser_inconnus(profils, profils_reclames, sorted({exigence.profil for exigence in catalogue.exigences}))
    demandes = [catalogue.resoudre(numero) for numero in exigences]
    numeros = {objet.id for objet in demandes}
    retenus = []
    for exigence in catalogue.exigences:
        if vagues and exigence.vague not in vagues:
            continue
        if profils and exigence.profil not in profils:
            continue
        for scenario in (*exigence.scenarios, *exigence.supplements):
            if scenario in exigence.supplements and not supplements and not numeros:
                continue
            if numeros and exigence.id not in numeros and scenario.id not in numeros:
                continue
            retenus.append(ScenarioRetenu(exigence, scenario, _hors_profil(exigence, profils_reclames)))
    if not retenus:
        demande = ", ".join([*exigences, *profils, *(f"vague {v}" for v in vagues)])
        raise SelectionVide(f"aucun scénario de conformité ne répond à : {demande}")
    return retenus


def _refuser_inconnus(demandes: Sequence[str], reclames: Sequence[str], connus: Sequence[str]) -> None:
    def faute(profil: str) -> str:
        attendu = f"attendu l'un de : {', '.join(connus)}{proche(profil, connus)}"
        return f"profil inconnu du REM : {str(profil)!r} ; {attendu}"

    for profil in demandes:
        if profil not in connus:
            raise SelectionVide(f"--profil : {faute(profil)}")
    fautifs = [profil for profil in reclames if profil not in connus]
    if fautifs:
        source = next((profil.source for profil in fautifs if isinstance(profil, ProfilReclame)), "profils réclamés")
        lignes = [
            f"  - {f'{profil.ou} : ' if isinstance(profil, ProfilReclame) else ''}{faute(profil)}" for profil in fautifs
        ]
        raise ConfigurationInvalide("\n".join([f"{source} : description du logiciel invalide", *lignes]))


def _hors_profil(exigence: Exigence, reclames: Sequence[str]) -> str:
    if exigence.profil == PROFIL_GENERAL or exigence.profil in reclames:
        return ""
    return f"profil « {exigence.profil} » non réclamé dans logiciel.yaml (réclamés : {', '.join(reclames)})"
