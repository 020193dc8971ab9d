"""L'adaptateur `commande` : ce qu'il dit au programme, ce qu'il en lit, chaque façon d'échouer."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from steps.logiciel.commande import AdaptateurCommande
from steps.logiciel.protocole import AdaptateurInjoignable, AproposInconnu

BON = '{"resultat": "fait", "messages": ["vu"], "donnees": {}}'


def adaptateur(dossier: Path, corps: str, **reglages: Any) -> AdaptateurCommande:
    """Un adaptateur dont le programme est ce corps Python ; `d` y est la demande lue."""
    programme = dossier / "programme.py"
    lecture = "" if reglages.get("persistant") else "d = json.loads(sys.stdin.buffer.read())\n"
    programme.write_text(f"import json, os, sys, time\n{lecture}{corps}\n", encoding="utf-8")
    reglages.setdefault("delai_s", 20.0)
    commande = [sys.executable, "programme.py"]
    return AdaptateurCommande(commande, dossier=dossier, environnement=dossier / "env.json", **reglages)


def jouer(adapte: AdaptateurCommande, **donnees: Any) -> Any:
    """Joue une lecture de patient."""
    return adapte.jouer("lire_patient", "biologiste_1", {"patient_id": "P1", **donnees})


def test_demande_et_reponse(tmp_path: Path) -> None:
    """Le programme reçoit la demande entière, avec le compte du logiciel ; sa réponse revient telle quelle."""
    corps = (
        'assert d["version"] == "1", d\n'
        'print("note pour le journal", file=sys.stderr)\n'
        'print(json.dumps({"resultat": "refuse", "messages": [json.dumps(d), os.environ["SITE"], os.getcwd()]}))'
    )
    outil = adaptateur(tmp_path, corps, comptes={"biologiste_1": "dr.éloïse"}, variables={"SITE": "labo"})
    reponse = jouer(outil, nom="Œdipe")
    demande, site, dossier = reponse.messages
    assert json.loads(demande) == {
        "version": "1",
        "action": "lire_patient",
        "utilisateur": "dr.éloïse",
        "parametres": {"patient_id": "P1", "nom": "Œdipe"},
        "environnement": str(tmp_path / "env.json"),
    }
    assert (reponse.resultat, reponse.trace, site) == ("refuse", "note pour le journal", "labo")
    assert Path(dossier).samefile(tmp_path)


def test_apropos_et_actions(tmp_path: Path) -> None:
    """Deux demandes de plus, hors contrat ; un programme qui ne les connaît pas ne joue que ce qui lui est confié."""
    corps = (
        'r = {"apropos": {"nom": "L", "version": "2"}, "actions": {"actions": ["lire_patient"]}}[d["action"]]\n'
        'print(json.dumps({"resultat": "fait", "donnees": r}))'
    )
    outil = adaptateur(tmp_path, corps)
    assert (outil.apropos().nom, outil.apropos().version) == ("L", "2")
    assert outil.actions() == {"lire_patient"}
    muet = adaptateur(tmp_path, 'print(json.dumps({"resultat": "non_gere"}))', confiees=["alimenter_dmp"])
    assert muet.actions() == {"alimenter_dmp"}
    with pytest.raises(AproposInconnu):
        muet.apropos()


@pytest.mark.parametrize(
    ("octets", "reglages"),
    [
        (b"\xef\xbb\xbf" + BON.replace("vu", "né").encode() + b"\r\n", {}),
        (BON.replace("vu", "né").encode("utf-16"), {}),
        (BON.replace("vu", "né").encode("cp1252"), {"encodage": "cp1252"}),
        (BON.replace("vu", "né").encode("cp850"), {"encodage": "cp850"}),
        (b"\r\n\r\n" + BON.replace("vu", "né").encode() + b"\r\n\r\n", {}),
    ],
    ids=["utf-8-bom-crlf", "utf-16-bom", "cp1252-dit", "cp850-dit", "lignes-vides"],
)
def test_encodages(tmp_path: Path, octets: bytes, reglages: dict[str, Any]) -> None:
    """UTF-8 ou UTF-16 avec marque d'ordre et retours de Windows, comme PowerShell en écrit ; sinon l'encodage dit."""
    outil = adaptateur(tmp_path, f"sys.stdout.buffer.write({octets!r})", **reglages)
    assert jouer_libre(outil).messages == ("né",)


def jouer_libre(outil: AdaptateurCommande) -> Any:
    """Joue une action dont toute donnée est facultative."""
    return outil.jouer("lire_liste_travail", "biologiste_1", {})


@pytest.mark.parametrize(
    ("corps", "message"),
    [
        ("sys.stdout.buffer.write('{\"resultat\": \"né\"}'.encode('cp1252'))", "attendu une réponse en utf-8.*0xe9"),
        ("pass", "le programme n'a rien répondu"),
        ("print('bonjour'); print('{}')", "attendu du JSON, reçu 'bonjour"),
        ("print('[1]')", "attendu un objet JSON, reçu \\[1\\]"),
        ("print('{\"resultat\": NaN}')", "NaN n'est pas du JSON"),
        ("print('[' * 100000)", "attendu du JSON"),
        (r"print('{\"resultat\": \"fait\", \"messages\": [\"\\ud83d\"]}')", "attendu du JSON"),
        ('print(\'{"resultat": "oui"}\')', "resultat attendu parmi fait, refuse, echec, non_gere, reçu 'oui'"),
        ('print(\'{"resultat": "fait", "messages": "x"}\')', "attendu donnees objet et messages liste"),
        ("print('{\"resultat\": \"fait\"}'); print('perdu', file=sys.stderr); sys.exit(7)", "code 7.*erreur : perdu"),
        ("os.kill(os.getpid(), 9)", "s'est arrêté avec le code -9"),
        ("1/0", "le code 1 ; sortie d'erreur : .*ZeroDivisionError"),
    ],
)
def test_reponses_fautives(tmp_path: Path, corps: str, message: str) -> None:
    """Chaque réponse qui n'en est pas une est une panne de l'adaptateur, jamais un verdict sur le logiciel."""
    with pytest.raises(AdaptateurInjoignable, match=rf"(?s){message}"):
        jouer_libre(adaptateur(tmp_path, corps))


def test_programme_absent(tmp_path: Path) -> None:
    """Le programme introuvable est nommé, avec le dossier d'où il est cherché."""
    outil = AdaptateurCommande(["./nulle-part"], dossier=tmp_path, environnement=tmp_path / "e")
    with pytest.raises(AdaptateurInjoignable, match=r"ne se lance pas.*nulle-part"):
        outil.apropos()


def test_reponse_demesuree(tmp_path: Path) -> None:
    """Une sortie sans fin est coupée à la taille permise, le programme tué."""
    outil = adaptateur(tmp_path, "while True: print('x' * 65536)", taille_max=1 << 20)
    with pytest.raises(AdaptateurInjoignable, match="réponse de plus de 1048576 octets"):
        jouer_libre(outil)


@contextmanager
def temoin_de_vie(dossier: Path) -> Iterator[tuple[Path, threading.Event]]:
    """Un tuyau nommé, et l'événement qui dit que plus personne ne le tient ouvert en écriture."""
    tuyau = dossier / "vie"
    os.mkfifo(tuyau)
    fini = threading.Event()

    def attendre() -> None:
        with tuyau.open("rb") as lecture:
            lecture.read()
        fini.set()

    fil = threading.Thread(target=attendre, daemon=True)
    fil.start()
    yield tuyau, fini
    fil.join(20)


@pytest.mark.parametrize("persistant", [False, True])
def test_delai_depasse(tmp_path: Path, persistant: bool) -> None:
    """Au bout du délai, le programme et ses enfants sont tués : plus personne ne tient le tuyau qu'ils ont ouvert."""
    with temoin_de_vie(tmp_path) as (tuyau, fini):
        corps = (
            f"import subprocess\nvie = open({str(tuyau)!r}, 'wb')\nos.set_inheritable(vie.fileno(), True)\n"
            "subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'], close_fds=False)\n"
            "print('en route', file=sys.stderr, flush=True)\ntime.sleep(600)"
        )
        outil = adaptateur(tmp_path, corps, delai_s=4.0, persistant=persistant)
        with pytest.raises(AdaptateurInjoignable, match=r"pas de réponse en 4 s.*en route"):
            jouer_libre(outil)
        assert fini.wait(20)


def test_enfant_laisse_en_marche(tmp_path: Path) -> None:
    """Un programme qui lance le logiciel et s'en va a répondu : son enfant n'est pas attendu, ni tué."""
    with temoin_de_vie(tmp_path) as (tuyau, fini):
        corps = (
            f"import subprocess\nvie = open({str(tuyau)!r}, 'wb')\nos.set_inheritable(vie.fileno(), True)\n"
            "attendre = 'import threading; threading.Event().wait()'\n"
            "e = subprocess.Popen([sys.executable, '-c', attendre], close_fds=False)\n"
            'print(json.dumps({"resultat": "fait", "messages": [str(e.pid)]}))'
        )
        reponse = jouer_libre(adaptateur(tmp_path, corps))
        assert not fini.is_set()
        os.kill(int(reponse.messages[0]), 9)
        assert fini.wait(20)


def test_demande_jamais_lue(tmp_path: Path) -> None:
    """Une grosse demande que le programme ne lit pas ne bloque personne."""
    programme = tmp_path / "p.py"
    programme.write_text(f"print({BON!r})", encoding="utf-8")
    outil = AdaptateurCommande([sys.executable, "p.py"], dossier=tmp_path, environnement=tmp_path / "e", delai_s=20.0)
    assert outil.jouer("lire_liste_travail", "biologiste_1", {"contenu": "x" * (4 << 20)}).fait


def test_une_demande_jamais_lue_ne_deborde_pas_sur_la_suivante(tmp_path: Path) -> None:
    """Ce qu'un programme n'a pas lu ne parvient jamais au programme suivant."""
    sourd, attentif = tmp_path / "sourd", tmp_path / "attentif"
    sourd.mkdir()
    attentif.mkdir()
    (sourd / "p.py").write_text(f"print({BON!r})", encoding="utf-8")
    muet = AdaptateurCommande([sys.executable, "p.py"], dossier=sourd, environnement=tmp_path / "e", delai_s=20.0)
    outil = adaptateur(attentif, 'print(json.dumps({"resultat": "fait", "messages": [d["action"]]}))')
    for _ in range(12):
        assert muet.jouer("lire_liste_travail", "biologiste_1", {"contenu": "x" * (1 << 20)}).fait
        assert jouer_libre(outil).messages == ("lire_liste_travail",)


def test_secrets(tmp_path: Path) -> None:
    """Un secret répété est masqué partout ; une action qui manie des secrets ne laisse aucune trace."""
    corps = 'print(d, file=sys.stderr); print(json.dumps({"resultat": "echec", "messages": [os.environ["JETON"]]}))'
    outil = adaptateur(tmp_path, corps, secrets=["abcdef123"], variables={"JETON": "abcdef123"})
    reponse = jouer_libre(outil)
    assert reponse.messages == ("[secret masqué]",)
    parametres = {"compte_id": "a", "nouveau": "motdepasse"}
    discret = outil.jouer("changer_mot_de_passe", "a", parametres)
    assert "motdepasse" not in discret.trace and "secrets" in discret.trace
    bavard = adaptateur(tmp_path, "print(d); print(d, file=sys.stderr); sys.exit(d['action'] == 'x')")
    with pytest.raises(AdaptateurInjoignable) as echec:
        bavard.jouer("changer_mot_de_passe", "a", parametres)
    assert "motdepasse" not in str(echec.value)


PERSISTANT = """
n = 0
for ligne in sys.stdin:
    n += 1
    d = json.loads(ligne)
    if d["utilisateur"] == "mourir": sys.exit(3)
    if d["utilisateur"] == "bavarder": print("un mot de trop", flush=True)
    print("vu", n, file=sys.stderr, flush=True)
    reponse = json.dumps({"numero": d["numero"], "resultat": "fait", "messages": [f"{os.getpid()} {n}"]})
    print(reponse, flush=True)
    if d["utilisateur"] == "doubler": print(reponse, flush=True)
"""


@contextmanager
def en_marche(dossier: Path) -> Iterator[AdaptateurCommande]:
    """L'adaptateur persistant, fermé à la fin."""
    outil = adaptateur(dossier, PERSISTANT, persistant=True)
    try:
        yield outil
    finally:
        outil.fermer()


def test_persistant(tmp_path: Path) -> None:
    """Un seul processus répond à toutes les demandes, même à la fois ; mort, il est relancé à la suivante."""
    with en_marche(tmp_path) as outil:

        def demander(qui: str = "biologiste_1") -> list[str]:
            return str(outil.jouer("lire_liste_travail", qui, {}).messages[0]).split()

        premier, rang = demander()
        assert rang == "1"
        fils = [threading.Thread(target=demander) for _ in range(8)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        assert demander() == [premier, "10"]
        with pytest.raises(AdaptateurInjoignable, match="le programme s'est arrêté avec le code 3"):
            demander("mourir")
        second, rang = demander()
        assert (second != premier, rang) == (True, "1")


def test_persistant_desaccorde(tmp_path: Path) -> None:
    """Une ligne de trop n'est jamais prise pour la réponse à la demande suivante ; le programme repart de rien."""
    with en_marche(tmp_path) as outil:
        with pytest.raises(AdaptateurInjoignable, match="attendu du JSON, reçu 'un mot de trop"):
            outil.jouer("lire_liste_travail", "bavarder", {})
        assert outil.jouer("lire_liste_travail", "doubler", {}).messages[0].endswith(" 1")
        with pytest.raises(AdaptateurInjoignable, match=r"attendu la réponse n° 3 .*, reçu 2"):
            outil.jouer("lire_liste_travail", "biologiste_1", {})
        assert outil.jouer("lire_liste_travail", "biologiste_1", {}).messages[0].endswith(" 1")


def test_persistant_ferme(tmp_path: Path) -> None:
    """À la fin, l'entrée du programme se ferme et il s'arrête de lui-même."""
    outil = adaptateur(tmp_path, PERSISTANT + f"\nopen({str(tmp_path / 'fin')!r}, 'w').write('bien')", persistant=True)
    outil.jouer("lire_liste_travail", "biologiste_1", {})
    outil.fermer()
    outil.fermer()
    assert (tmp_path / "fin").read_text() == "bien"
