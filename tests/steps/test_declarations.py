"""Ce qu'une déclaration fait d'un verdict : table entière, puis propriétés sur des résultats quelconques."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.chargement_campagne import charger_campagne
from reports.constat import Confiance, Constat, Regle
from reports.depots import COMPLEMENT
from reports.fichiers import ecrire_json
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite, ResultatScenario
from reports.verdict import Moyen, Verdict, cumuler
from requirements.modele import TypePiece
from simulators.socle.journal import JournalEchanges
from steps.declarations import (
    CODE_PERSONNE,
    Declaration,
    DeclarationRefusee,
    IssueDeclaree,
    appliquer,
    declarer,
    jugeable,
    preparer,
    sans_declaration,
)
from steps.operateur.consigne import ISSUES, Genre

C, NC, AV, NL, NE, NA = (
    Verdict.CONFORME,
    Verdict.NON_CONFORME,
    Verdict.A_VERIFIER,
    Verdict.NON_CONCLUANT,
    Verdict.NON_EXECUTE,
    Verdict.NON_APPLICABLE,
)
OFFICIELLE = Regle("X-OFF-01", "une règle", "un texte", Confiance.OFFICIELLE, "corriger")
SECONDAIRE = Regle("X-SEC-01", "une règle", "un tiers", Confiance.SECONDAIRE, "corriger")
VU = OFFICIELLE.respectee(recu="vu")
REGARDER = OFFICIELLE.a_regarder("à regarder", recu="une mention")
DOUTE = SECONDAIRE.enfreinte("manque", attendu="A", recu="B", ou="là")
MANQUEMENT = OFFICIELLE.enfreinte("manque", attendu="A", recu="B", ou="là")
SILENCE = OFFICIELLE.sans_objet("rien à examiner")
ABANDON = Constat("BANC-CONDUITE-03", AV, "fonction absente")
ARRET = Constat("BANC-CONDUITE-04", NE, "l'adaptateur ne sait pas jouer l'action")
PERSONNE_AV = Constat(CODE_PERSONNE, AV, "le verdict revient à une personne")
PERSONNE_NE = Constat(CODE_PERSONNE, NE, "aucune feature ne joue ce scénario")
HORS_PROFIL = Constat("BANC-CONDUITE-05", NA, "profil non réclamé")
NATURES: dict[str, tuple[tuple[Constat, ...], Moyen | None]] = {
    "sans feature": ((PERSONNE_AV,), None),
    "feature à écrire": ((PERSONNE_NE,), None),
    "hors profil": ((HORS_PROFIL,), None),
    "à regarder": ((VU, REGARDER), Moyen.MACHINE),
    "à regarder et doute": ((REGARDER, DOUTE), Moyen.MACHINE),
    "doute": ((VU, DOUTE), Moyen.MACHINE),
    "abandonné": ((VU, ABANDON), Moyen.MACHINE),
    "arrêté": ((VU, ARRET), Moyen.MACHINE),
    "manquement": ((REGARDER, MANQUEMENT), Moyen.MACHINE),
    "silence": ((SILENCE, REGARDER), Moyen.MACHINE),
    "tenu": ((VU,), Moyen.MACHINE),
}
NON_EXECUTE_SEUL = (NE, None)


def piece(genre: TypePiece = TypePiece.CAPTURE, *, machine: bool = False, complement: bool = False) -> PieceJointe:
    return PieceJointe(
        f"preuves/{genre.name}.bin",
        "0" * 64,
        1,
        "image/png",
        origine=OriginePiece.MACHINE if machine else OriginePiece.PERSONNE,
        genre="" if machine else genre.value,
        details={COMPLEMENT: True} if complement else {},
    )


def preuve(etat: EtatPreuve, *pieces: PieceJointe, rang: int = 1) -> PreuveProduite:
    fichiers = pieces or ((piece(),) if etat in (EtatPreuve.PRODUITE, EtatPreuve.A_VERIFIER) else ())
    return PreuveProduite(f"X/1.01.0{rang}", "une capture", etat, ("capture",), fichiers, f"X/1.01.0{rang}")


def resultat(
    constats: tuple[Constat, ...], moyen: Moyen | None, *preuves: PreuveProduite, verdict: Verdict | None = None
) -> ResultatScenario:
    return ResultatScenario(
        "BIO",
        "X/1",
        "X/1.01",
        "Un scénario",
        "X",
        1,
        "Général",
        verdict or cumuler(constat.verdict for constat in constats),
        moyen,
        "raison de la machine",
        constats,
        preuves,
    )


def declaration(issue: IssueDeclaree, *codes: str, rejouee: bool = False) -> Declaration:
    return Declaration("BIO", "X/1", "X/1.01", issue, "une raison", "Anne", "2026-11-22T10:00:00+00:00", rejouee, codes)


def attendu(nature: str, issue: IssueDeclaree, etat: EtatPreuve) -> Verdict:
    """La règle, écrite une seconde fois comme une table plutôt que comme un calcul."""
    machine = cumuler(c.verdict for c in NATURES[nature][0])
    if nature in ("manquement", "hors profil"):
        return machine
    if issue is IssueDeclaree.NON_CONFORME:
        return NC
    if issue is IssueDeclaree.SANS_OBJET:
        return AV
    if issue is IssueDeclaree.IMPOSSIBLE:
        return NE if nature in ("sans feature", "feature à écrire") else machine
    if nature in ("sans feature", "feature à écrire", "à regarder"):
        return C if etat in (EtatPreuve.PRODUITE, EtatPreuve.SANS_OBJET) else AV
    return machine


@pytest.mark.parametrize(("nature", "issue", "etat"), list(product(NATURES, IssueDeclaree, EtatPreuve)))
def test_table_entiere(nature: str, issue: IssueDeclaree, etat: EtatPreuve) -> None:
    """Nature des constats × issue déclarée × état de la seconde preuve : le verdict attendu, et lui seul."""
    constats, moyen = NATURES[nature]
    machine = resultat(constats, moyen, preuve(EtatPreuve.PRODUITE), preuve(etat, rang=2))
    apres = appliquer(machine, declaration(issue, "X-OFF-01"))
    assert apres.verdict is attendu(nature, issue, etat)
    assert apres.declaration is not None
    assert apres.declaration["issue"] == issue.value
    if apres.verdict is not machine.verdict and apres.verdict in (C, NC):
        assert apres.moyen is Moyen.PERSONNE
    if apres.verdict is AV and issue is not IssueDeclaree.IMPOSSIBLE and nature in ("sans feature", "à regarder"):
        assert "déclaré" in apres.raison


def test_les_issues_sont_celles_d_un_jugement() -> None:
    """Ce qu'une personne répond à un jugement au guichet est exactement ce qui se déclare."""
    assert [issue.value for issue in IssueDeclaree] == [issue.value for issue in ISSUES[Genre.JUGEMENT]]


@pytest.mark.parametrize("verdict", [NE, AV])
def test_un_scenario_sans_constat_n_est_pas_a_une_personne(verdict: Verdict) -> None:
    """Un scénario qu'une interruption a empêché n'est pas conforme parce qu'on le dit : il se rejoue."""
    interrompu = resultat((), None, preuve(EtatPreuve.PRODUITE), verdict=verdict)
    assert appliquer(interrompu, declaration(IssueDeclaree.CONFORME)).verdict is verdict


def test_un_point_que_personne_n_a_regarde_reste() -> None:
    """Une déclaration ne lève que les points qu'elle nomme."""
    machine = resultat((REGARDER, replace(REGARDER, code="X-OFF-02")), Moyen.MACHINE, preuve(EtatPreuve.PRODUITE))
    apres = appliquer(machine, declaration(IssueDeclaree.CONFORME, "X-OFF-01"))
    assert apres.verdict is AV
    assert "X-OFF-02" in apres.raison


def test_sans_piece_demandee_la_parole_seule_ne_suffit_pas() -> None:
    """Un scénario que rien n'a joué et auquel rien n'est joint reste à vérifier."""
    assert appliquer(resultat((PERSONNE_AV,), None), declaration(IssueDeclaree.CONFORME)).verdict is AV


@pytest.mark.parametrize(
    ("pieces", "moyen"),
    [
        ((piece(TypePiece.ATTESTATION),), Moyen.DECLARATION),
        ((piece(TypePiece.ATTESTATION), piece(TypePiece.DOCUMENT)), Moyen.DECLARATION),
        ((piece(TypePiece.ATTESTATION), piece(machine=True, complement=True)), Moyen.DECLARATION),
        ((piece(TypePiece.ATTESTATION), piece(TypePiece.CAPTURE)), Moyen.PERSONNE),
        ((piece(TypePiece.ATTESTATION), piece(machine=True)), Moyen.PERSONNE),
    ],
)
def test_moyen(pieces: tuple[PieceJointe, ...], moyen: Moyen) -> None:
    """Des attestations seules ne font qu'une déclaration ; ce qui se voit fait le jugement d'une personne."""
    machine = resultat((PERSONNE_AV,), None, preuve(EtatPreuve.PRODUITE, *pieces))
    assert appliquer(machine, declaration(IssueDeclaree.CONFORME)).moyen is moyen


def test_une_reponse_rejouee_marque_le_resultat() -> None:
    """Un résultat déclaré par rejeu le dit, et une déclaration vivante lui rend son état."""
    machine = resultat((PERSONNE_AV,), None, preuve(EtatPreuve.PRODUITE))
    rejoue = appliquer(machine, declaration(IssueDeclaree.CONFORME, rejouee=True))
    assert rejoue.rejoue
    assert not appliquer(rejoue, declaration(IssueDeclaree.CONFORME)).rejoue
    assert appliquer(replace(machine, rejoue=True), declaration(IssueDeclaree.CONFORME)).rejoue


# ------------------------------------------------------------------ propriétés
CONSTATS = st.lists(
    st.sampled_from([VU, REGARDER, DOUTE, MANQUEMENT, SILENCE, ABANDON, ARRET, PERSONNE_AV, PERSONNE_NE, HORS_PROFIL]),
    max_size=5,
).map(tuple)
PREUVES = st.lists(st.sampled_from(list(EtatPreuve)).map(preuve), max_size=3)
DECLARATIONS = st.builds(
    declaration,
    st.sampled_from(IssueDeclaree),
    st.sampled_from(["X-OFF-01", "X-SEC-01", "autre"]),
    rejouee=st.booleans(),
)
RESULTATS = st.builds(
    lambda constats, moyen, preuves: resultat(constats, moyen, *preuves),
    CONSTATS,
    st.sampled_from([None, Moyen.MACHINE]),
    PREUVES,
)


@given(RESULTATS, DECLARATIONS)
def test_rien_ne_s_efface_rien_ne_se_donne(machine: ResultatScenario, dite: Declaration) -> None:
    """Jamais un non conforme machine effacé, jamais conforme sans pièces, jamais non applicable par déclaration."""
    apres = appliquer(machine, dite)
    if machine.verdict is NC:
        assert apres.verdict is NC
    assert (apres.verdict is NA) == (machine.verdict is NA)
    if apres.verdict is C and machine.verdict is not C:
        assert dite.issue is IssueDeclaree.CONFORME
        assert jugeable(machine)
        assert all(p.etat in (EtatPreuve.PRODUITE, EtatPreuve.SANS_OBJET) for p in apres.preuves)
        assert not any(c.verdict in (NC, NL) or (c.verdict is AV and c.attendu) for c in apres.constats)
    assert apres.constats == machine.constats
    assert apres.preuves == machine.preuves


@given(RESULTATS, DECLARATIONS, DECLARATIONS)
def test_la_derniere_declaration_compte_seule(machine: ResultatScenario, une: Declaration, autre: Declaration) -> None:
    """Déclarer deux fois vaut la dernière, et le verdict de la machine se retrouve tel quel."""
    assert appliquer(appliquer(machine, une), autre) == appliquer(machine, autre)
    assert sans_declaration(appliquer(machine, une)) == machine


@given(DECLARATIONS)
def test_une_declaration_se_relit(dite: Declaration) -> None:
    """Ce que le journal garde se relit égal."""
    assert Declaration.depuis_dict(dite.en_dict()) == dite


# -------------------------------------------------------------------- journal
def test_le_journal_fait_foi(tmp_path: Path) -> None:
    """Une déclaration postérieure au verdict s'applique ; un dépôt l'achève ; un verdict nouveau la périme."""
    machine = resultat((PERSONNE_AV,), None, preuve(EtatPreuve.A_APPORTER))
    ecrire_json(tmp_path / "campagne.json", {"couloir": "biologie", "rem": "BIO", "vagues": [1], "fin": "2026-11-22"})
    with JournalEchanges.creer(tmp_path) as journal:

        def relu() -> ResultatScenario:
            [un] = charger_campagne(tmp_path, journal).resultats
            return un

        journal.ajouter("verdict", machine.en_dict())
        apres = declarer(journal, relu(), preparer(relu(), IssueDeclaree.CONFORME, par="Anne"))
        assert relu() == apres
        assert apres.verdict is AV
        depot = {"preuve": "X/1.01.01", "scenario": "X/1.01", "exigence": "X/1", "rem": "BIO"}
        journal.ajouter("piece", {**depot, "piece": piece().en_dict()})
        assert (relu().verdict, relu().moyen) == (C, Moyen.PERSONNE)
        assert not relu().rejoue
        rejouee = replace(piece(), depose_par="Anne (rejoué)", chemin="preuves/autre.png", sha256="1" * 64)
        journal.ajouter("piece", {**depot, "piece": rejouee.en_dict()})
        assert relu().rejoue
        journal.ajouter("piece", {**depot, "retiree": "1" * 64, "raison": "rejouée", "par": "Anne"})
        assert not relu().rejoue
        journal.ajouter("piece", {**depot, "retiree": "0" * 64, "raison": "floue", "par": "Anne"})
        assert relu().verdict is AV
        journal.ajouter("verdict", machine.en_dict())
        assert relu().declaration is None


@pytest.mark.parametrize(
    ("nature", "issue", "par", "raison", "message"),
    [
        ("sans feature", "conforme", " ", "", "qui déclare"),
        ("sans feature", "sans_objet", "Anne", " ", "raison écrite"),
        ("hors profil", "conforme", "Anne", "", "logiciel.yaml"),
        ("manquement", "conforme", "Anne", "", "aucune déclaration ne l'efface"),
        ("manquement", "impossible", "Anne", "parce que", "aucune déclaration ne l'efface"),
        ("doute", "conforme", "Anne", "", "X-SEC-01 ne se lève pas"),
        ("abandonné", "conforme", "Anne", "", "BANC-CONDUITE-03 ne se lève pas"),
        ("arrêté", "conforme", "Anne", "", "--reprendre"),
    ],
)
def test_une_declaration_sans_effet_est_refusee(
    tmp_path: Path, nature: str, issue: str, par: str, raison: str, message: str
) -> None:
    """Ce qui ne changerait rien, ou à quoi il manque quelque chose, n'entre pas au journal et dit quoi faire."""
    machine = resultat(*NATURES[nature])
    with JournalEchanges.creer(tmp_path) as journal:
        avant = journal.position()
        with pytest.raises(DeclarationRefusee, match=message):
            declarer(journal, machine, preparer(machine, IssueDeclaree(issue), raison=raison, par=par))
        assert journal.position() == avant
