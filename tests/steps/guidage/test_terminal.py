"""L'essai guidé au terminal, par des flux puis par un vrai pseudo-terminal."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.constat import Confiance, Regle
from requirements.modele import EtapeGuidee
from simulators.socle.journal import JournalEchanges
from steps.logiciel.contrat import charger_contrat
from steps.operateur.adaptateur import AdaptateurOperateur
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee, Reponse
from steps.operateur.guichet import Guichet, OperateurAbsent
from steps.operateur.tableau import Annonce, Tableau
from steps.operateur.terminal import Terminal, issue_de, simplifier

ANNONCE = Annonce("couloir Biologie (BIO)", "Labo 1.0", "campagnes/x", False, 267, 120, "environ 6 h")
PATIENT = {
    "nom_naissance": "D'ARTAGNAN",
    "premier_prenom_naissance": "CHARLES",
    "date_naissance": "1980-02-01",
    "sexe": "M",
    "code_lieu_naissance": "63113",
}
JUGEMENT = Consigne(
    Genre.JUGEMENT,
    "INS/va1.01.01",
    "INS/va1.01",
    "Un scénario",
    "Regardez l'écran\nPuis jugez",
    pieces=(PieceDemandee("P.01", "une capture", ("capture", "video"), "Cadrez tout.\nUne capture suffit."),),
    constats=(Regle("X-01", "r", "un texte", Confiance.OFFICIELLE, "regarder").a_regarder("le bandeau se lit-il ?"),),
    deroule=(EtapeGuidee("Ouvrez la fiche.", "Le bandeau."), EtapeGuidee("Réduisez-la.", "Il reste.", "Il part.")),
)


def action(nom: str, **parametres: Any) -> Consigne:
    """La demande que l'adaptateur poserait."""
    return AdaptateurOperateur(Guichet()).consigne(charger_contrat().action(nom), "biologiste_1", parametres)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[JournalEchanges]:
    with JournalEchanges.creer(tmp_path / "campagne") as ouvert:
        yield ouvert


class Seance:
    """Un terminal dont les lignes sont écrites d'avance, et ce qu'il affiche."""

    def __init__(self, journal: JournalEchanges, *lignes: str, horloge: list[float] | None = None) -> None:
        self.guichet = Guichet(horloge=lambda: horloge[0]) if horloge else Guichet()
        self.tableau = Tableau(ANNONCE, [])
        self.sortie = io.StringIO()
        entree = io.StringIO("".join(f"{ligne}\n" for ligne in ("Anne", "", *lignes)))
        self.terminal = Terminal(self.guichet, self.tableau, journal, entree=entree, sortie=self.sortie)

    def poser(self, consigne: Consigne) -> Reponse:
        """La réponse que ces lignes donnent à cette demande."""
        with ThreadPoolExecutor(1) as fils:
            servi = fils.submit(self.terminal.servir)
            try:
                return self.guichet.demander(consigne)
            finally:
                self.guichet.fermer()
                servi.result(10)
                self.terminal.fermer()

    @property
    def ecran(self) -> str:
        return self.sortie.getvalue()


def test_une_action_dit_tout_et_releve_champ_par_champ(journal: JournalEchanges) -> None:
    """Valeurs, énumération numérotée, champ laissé, messages affichés ; la réponse suit le contrat."""
    seance = Seance(journal, "fait", "P-12", "", "Patient créé", "")
    creer = charger_contrat().action("creer_patient")
    reponse = seance.poser(action("creer_patient", identite=PATIENT))
    creer.verifier_donnees(reponse.donnees)
    assert (reponse.issue, reponse.par, reponse.messages) == (Issue.FAIT, "Anne", ("Patient créé",))
    assert reponse.donnees == {"patient_id": "P-12"}
    for texte in ("267 scénarios, dont 120 demandent une personne, environ 6 h", "À vous", "D'ARTAGNAN", "1) fait"):
        assert texte in seance.ecran
    assert "\x1b" not in seance.ecran


def test_json_colle(journal: JournalEchanges) -> None:
    """Un objet JSON entier, collé au premier champ, vaut toute la saisie ; illisible, il se redemande."""
    colle = '{"patient_id": "P-1"}'
    seance = Seance(journal, "1", "{oups", colle, "Créé", "")
    reponse = seance.poser(action("creer_patient", identite=PATIENT))
    assert reponse.donnees == {"patient_id": "P-1"}
    assert reponse.messages == ("Créé",)
    assert "JSON illisible" in seance.ecran


@pytest.mark.parametrize(
    ("mot", "issue"),
    [("Refusé", Issue.REFUSE), ("ÉCHEC", Issue.ECHEC), ("absent", Issue.NON_GERE), ("2", Issue.REFUSE)],
)
def test_mots_des_issues(journal: JournalEchanges, mot: str, issue: Issue) -> None:
    """Chaque issue se dit en français, avec ou sans accent, ou par son numéro ; rien d'autre n'est à relever."""
    reponse = Seance(journal, mot, "Message", "").poser(action("creer_patient", identite=PATIENT))
    assert (reponse.issue, reponse.messages, reponse.donnees) == (issue, ("Message",), {})


def test_une_raison_est_exigee_et_peut_s_annuler(journal: JournalEchanges) -> None:
    """« sans objet » demande pourquoi ; « annuler » revient à la demande."""
    seance = Seance(journal, "sans objet", "annuler", "impossible", "", "le poste est en panne")
    reponse = seance.poser(action("creer_patient", identite=PATIENT))
    assert (reponse.issue, reponse.raison) == (Issue.IMPOSSIBLE, "le poste est en panne")


def test_jugement_avec_sa_piece(journal: JournalEchanges, tmp_path: Path) -> None:
    """Points à regarder, pièce la moins coûteuse d'abord, refus d'un jugement sans pièce, puis réponse avec elle."""
    capture = tmp_path / "écran.png"
    capture.write_bytes(b"image")
    seance = Seance(journal, "conforme", "pièce", "absente.png", "piece", f'"{capture}"', "pièces", "conforme")
    reponse = seance.poser(JUGEMENT)
    assert reponse.issue is Issue.CONFORME
    assert [(piece.preuve, piece.nom, piece.chemin) for piece in reponse.pieces] == [("P.01", "écran.png", capture)]
    for texte in ("le bandeau se lit-il ?", "capture d'écran ou vidéo", "Une capture suffit.", "déposez-les d'abord"):
        assert texte in seance.ecran
    assert "n'est pas un fichier" in seance.ecran


def test_un_jugement_montre_ses_etapes(journal: JournalEchanges) -> None:
    """Le déroulé, numéroté, avec ce qui se voit et ce qui serait non conforme ; un conseil par ligne."""
    seance = Seance(journal, "impossible", "pas d'essai")
    assert seance.poser(JUGEMENT).issue is Issue.IMPOSSIBLE
    for ligne in (
        "  1. Ouvrez la fiche.",
        "     à voir : Le bandeau.",
        "  2. Réduisez-la.",
        "     non conforme : Il part.",
        "     Cadrez tout.",
        "     Une capture suffit.",
    ):
        assert f"\n{ligne}\n" in seance.sortie.getvalue()
    assert seance.sortie.getvalue().count("non conforme :") == 1


def test_pause_temps_aide_et_mot_inconnu(journal: JournalEchanges) -> None:
    """La pause, l'aide et le temps restant se demandent ; un mot inconnu dit ceux qui sont attendus."""
    instant = [0.0]
    seance = Seance(journal, "peut-être", "?", "temps", "pause", "", "revoir", "nc", "illisible", horloge=instant)
    reponse = seance.poser(replace(JUGEMENT, delai_s=600))
    assert (reponse.issue, reponse.raison) == (Issue.NON_CONFORME, "illisible")
    assert "Temps restant : 10 min 00 s" in seance.ecran
    assert "non conforme, sans objet, impossible" in seance.ecran
    assert seance.ecran.count("=== À vous") == 2


def test_une_entree_fermee_est_une_absence(journal: JournalEchanges) -> None:
    """En intégration continue, sans personne : la demande finit aussitôt, et dit quoi faire."""
    seance = Seance(journal)
    with pytest.raises(OperateurAbsent, match="--rejouer"):
        seance.poser(JUGEMENT)
    assert seance.tableau.commencee
    with pytest.raises(OperateurAbsent):
        guichet_absent().demander(JUGEMENT)


def guichet_absent() -> Guichet:
    """Un guichet où plus personne n'est."""
    guichet = Guichet()
    guichet.absenter("personne")
    return guichet


def test_un_document_se_donne_par_un_fichier(journal: JournalEchanges) -> None:
    """Un contenu en base64 n'est pas imprimé : il est prêté comme un fichier, effacé à la fin."""
    seance = Seance(journal, "impossible", "non")
    message = "MSH|^~\\&|LABO\rPID|1"
    consigne = replace(action("creer_patient", identite=PATIENT), valeurs=())
    from steps.operateur.valeurs import aplatir

    seance.poser(replace(consigne, valeurs=aplatir({"message": message})))
    [ligne] = [ligne for ligne in seance.ecran.splitlines() if "fichier " in ligne]
    chemin = Path(ligne.partition("fichier ")[2])
    assert chemin.suffix == ".hl7"
    assert not chemin.exists()


@pytest.mark.parametrize("genre", list(Genre))
def test_chaque_issue_a_son_mot(genre: Genre) -> None:
    """Toute issue admise se dit par sa valeur, son libellé ou son numéro."""
    from steps.operateur.consigne import ISSUES

    for rang, issue in enumerate(ISSUES[genre], 1):
        assert issue_de(simplifier(issue.value), genre) is issue
        assert issue_de(simplifier(issue.libelle), genre) is issue
        assert issue_de(str(rang), genre) is issue
    assert issue_de("99", genre) is None


@pytest.mark.skipif(sys.platform == "win32", reason="pas de pseudo-terminal sous Windows")
def test_dans_un_vrai_pseudo_terminal(journal: JournalEchanges) -> None:
    """Une personne devant un terminal lit la demande et y répond ; ni couleur, ni séquence d'échappement."""
    import pty
    import tty

    maitre, esclave = pty.openpty()
    tty.setraw(maitre)
    guichet, tableau = Guichet(), Tableau(ANNONCE, [])
    with (
        ThreadPoolExecutor(2) as fils,
        open(esclave, encoding="utf-8", closefd=False) as entree,
        open(esclave, "w", encoding="utf-8", closefd=False) as sortie,
    ):
        terminal = Terminal(guichet, tableau, journal, entree=entree, sortie=sortie)
        servi = fils.submit(terminal.servir)
        lu = jusqu_a(maitre, "Votre nom")
        os.write(maitre, "Zoé\n".encode())
        lu += jusqu_a(maitre, "Entrée pour commencer")
        os.write(maitre, b"\n")
        lu += jusqu_a(maitre, "Au banc de jouer.")
        attente = fils.submit(guichet.demander, JUGEMENT)
        lu += jusqu_a(maitre, "> ")
        os.write(maitre, "non conforme\nle bandeau est tronqué\n".encode())
        reponse = attente.result(10)
        guichet.fermer()
        servi.result(10)
    os.close(maitre)
    os.close(esclave)
    assert (reponse.issue, reponse.raison, reponse.par) == (Issue.NON_CONFORME, "le bandeau est tronqué", "Zoé")
    assert "Regardez l'écran" in lu
    assert "\x1b" not in lu


def jusqu_a(maitre: int, texte: str) -> str:
    """Ce que le terminal affiche, jusqu'à ce texte."""
    octets = b""
    while texte.encode() not in octets:
        octets += os.read(maitre, 4096)
    return octets.decode("utf-8", "replace")
