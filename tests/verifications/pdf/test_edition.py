"""Les traits d'une édition : intitulés entiers ou abrégés, valeurs, champs choisis, INS absente."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pypdfium2
import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.socle.identites import IDENTITES_DE_TEST, IdentiteTest
from steps.flux import IdentiteUsager
from steps.verifications.pdf import champs_supplementaires, ins_absente_de_l_edition, texte_extrait, traits_affiches
from tests.flux.aides import usager
from tests.verifications.pdf.aides import edition, lignes_completes

CONFORME, NON_CONFORME, A_VERIFIER = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
PERSONNE = replace(usager(), nom_utilise="DUPRESSOIR", prenom_utilise="LEONCE")
LIGNES = lignes_completes(PERSONNE)
CODES = {"EDI-TRT-01", "EDI-TRT-02", "EDI-TRT-03", "EDI-TRT-04", "EDI-INS-01", "EDI-INS-02"}


def verdicts(constats: Iterable[Constat]) -> dict[str, Verdict]:
    """Verdict de chaque code."""
    return {constat.code: constat.verdict for constat in constats}


def changer(avant: str, apres: str) -> list[str]:
    """Les lignes conformes, dont une est changée."""
    assert any(avant in ligne for ligne in LIGNES)
    return [ligne.replace(avant, apres) for ligne in LIGNES]


def test_conforme() -> None:
    """Une édition complète est conforme sur chaque règle, et le constat montre ce qui a été lu."""
    constats = traits_affiches(edition(LIGNES), PERSONNE)
    assert verdicts(constats) == dict.fromkeys(CODES, CONFORME)
    assert "CHAUMERGY" in constats[0].recu


@pytest.mark.parametrize("reference", IDENTITES_DE_TEST, ids=lambda i: i.cas)
def test_identites_de_test(reference: IdentiteTest) -> None:
    """Chaque identité du jeu, éditée complètement, est conforme."""
    identite = IdentiteUsager.depuis_reference(reference)
    assert verdicts(traits_affiches(edition(lignes_completes(identite)), identite)) == dict.fromkeys(CODES, CONFORME)


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("Nom de naissance :", "N. Nais."),
        ("Nom de naissance :", "NOM DE NAISSANCE"),
        ("CHAUMERGY", "Chaumergy"),
        ("1er prénom de naissance :", "Pr. 1"),
        ("1er prénom de naissance :", "Premier prénom :"),
        ("1er prénom de naissance :", "Prénom de naissance :"),
        ("Date de naissance :", "DDN"),
        ("Date de naissance :", "Né(e) le"),
        ("01/12/1954", "01-12-1954"),
        ("01/12/1954", "01.12.1954"),
        ("01/12/1954", "1er décembre 1954"),
        ("01/12/1954", "1954-12-01"),
        ("Sexe :", "S."),
        ("Sexe :", "S :"),
        (": M", ": Masculin"),
        (": M", ": Homme"),
        ("Matricule INS :", "INS"),
        ("Matricule INS :", "N° INS :"),
        (" NIR", " (NIR)"),
        (" NIR", " - NIR"),
        ("1541299999065 96", "1 54 12 99 999 065 96"),
        ("1541299999065 96", "154129999906596"),
        ("1541299999065 96", "1 54 12 99 999 065 clé 96"),
    ],
)
def test_variantes_legitimes(avant: str, apres: str) -> None:
    """Abréviations, formes de date, mots et espacements d'usage restent conformes."""
    assert verdicts(traits_affiches(edition(changer(avant, apres)), PERSONNE)) == dict.fromkeys(CODES, CONFORME)


def test_tout_sur_une_ligne() -> None:
    """Une édition serrée, intitulés abrégés sur une seule ligne, est conforme."""
    ligne = "N. Nais. CHAUMERGY Pr. 1 GASPARD DDN 01/12/1954 S. M INS 1 54 12 99 999 065 96 NIR"
    assert verdicts(traits_affiches(edition([ligne]), PERSONNE)) == dict.fromkeys(CODES, CONFORME)


@pytest.mark.parametrize(
    ("avant", "apres", "code"),
    [
        ("CHAUMERGY", "DUPRESSOIR", "EDI-TRT-01"),
        ("CHAUMERGY", "CHAUMERGY-DURAND", "EDI-TRT-01"),
        ("Nom de naissance :", "Patient :", "EDI-TRT-01"),
        ("Nom de naissance :", "Nom :", "EDI-TRT-01"),
        ("GASPARD", "LEONCE", "EDI-TRT-02"),
        ("1er prénom de naissance :", "Prénom :", "EDI-TRT-02"),
        ("01/12/1954", "12/01/1954", "EDI-TRT-03"),
        ("01/12/1954", "01/12/54", "EDI-TRT-03"),
        ("Date de naissance :", "Le", "EDI-TRT-03"),
        ("Sexe : M", "Sexe : F", "EDI-TRT-04"),
        ("Sexe : M", "", "EDI-TRT-04"),
        ("1541299999065 96", "1541299999065", "EDI-INS-01"),
        ("1541299999065 96", "1541299999066 69", "EDI-INS-01"),
        ("Matricule INS :", "INSEE :", "EDI-INS-01"),
        ("Matricule INS :", "NSS :", "EDI-INS-01"),
        (" NIR", "", "EDI-INS-02"),
        (" NIR", " NIA", "EDI-INS-02"),
    ],
)
def test_manquements(avant: str, apres: str, code: str) -> None:
    """Chaque défaut est vu par sa règle, et par elle seule."""
    octets = edition([*changer(avant, apres), "Titulaire CHAUMERGY du dossier"])
    vus = verdicts(traits_affiches(octets, PERSONNE))
    assert {c for c, v in vus.items() if v is not CONFORME} == {code}
    assert vus[code] is NON_CONFORME


def test_nature_d_un_nia() -> None:
    """Un NIA se lit NIA ; écrit NIR, il est non conforme."""
    identite = usager("nia")
    lignes = lignes_completes(identite)
    assert verdicts(traits_affiches(edition(lignes), identite)) == dict.fromkeys(CODES, CONFORME)
    lignes = [ligne.replace("NIA", "NIR") for ligne in lignes]
    assert verdicts(traits_affiches(edition(lignes), identite))["EDI-INS-02"] is NON_CONFORME


def test_nature_avant_le_matricule() -> None:
    """« INS NIR : 1 54… » se regarde : la nature précède au lieu de suivre."""
    lignes = changer("Matricule INS : 1541299999065 96 NIR", "INS (NIR) : 154129999906596")
    assert verdicts(traits_affiches(edition(lignes), PERSONNE))["EDI-INS-02"] is A_VERIFIER


def test_tableau() -> None:
    """Un tableau (intitulés sur une ligne, valeurs dessous) se regarde, car le texte ne dit pas les colonnes."""
    lignes = [
        "Nom de naissance    Date de naissance    Sexe",
        "Durand Dupond",
        "CHAUMERGY 01/12/1954 M",
        "1er prénom",
        "GASPARD",
    ]
    vus = verdicts(traits_affiches(edition(lignes), PERSONNE.sans_ins()))
    assert vus["EDI-TRT-01"] is A_VERIFIER
    assert vus["EDI-TRT-03"] is A_VERIFIER
    assert vus["EDI-TRT-02"] is CONFORME


def test_liste_de_prenoms() -> None:
    """Le premier prénom en tête d'une liste se regarde."""
    lignes = changer("1er prénom de naissance : GASPARD", "Prénoms de naissance : GASPARD LEONCE AIME")
    assert verdicts(traits_affiches(edition(lignes), PERSONNE))["EDI-TRT-02"] is A_VERIFIER


def test_sans_ins_attendue() -> None:
    """Pour une identité sans INS, les règles de l'INS ne sont pas établies."""
    vus = verdicts(traits_affiches(edition(LIGNES[:5]), PERSONNE.sans_ins()))
    assert vus == dict.fromkeys(CODES - {"EDI-INS-01", "EDI-INS-02"}, CONFORME)


def test_texte_non_extrait() -> None:
    """Sans texte (scan) ou avec le texte d'un autre, rien n'est jugé : une personne doit lire."""
    for octets in (edition([]), edition(["Tout autre document"])):
        assert verdicts(traits_affiches(octets, PERSONNE)) == {"EDI-PDF-03": A_VERIFIER}
        assert verdicts(ins_absente_de_l_edition(octets, PERSONNE)) == {"EDI-PDF-03": A_VERIFIER}
        assert texte_extrait(octets, ["CHAUMERGY"]).verdict is A_VERIFIER
    assert texte_extrait(edition(LIGNES), ["introuvable", "Compte rendu"]).verdict is CONFORME


def test_temoin_de_titre() -> None:
    """Une édition sans aucun trait est non conforme si son titre prouve que le texte s'extrait."""
    octets = edition(["Compte rendu d'examens", "Glucose 5,1 mmol/L"])
    vus = verdicts(traits_affiches(octets, PERSONNE, temoins=["Compte rendu d'examens"]))
    assert vus["EDI-TRT-01"] is NON_CONFORME
    assert vus["EDI-INS-01"] is NON_CONFORME


SUPPLEMENTS = ["Nom utilisé : DUPRESSOIR", "Prénom utilisé : LEONCE", "Code lieu naissance : 37261"]
TOUS = ("nom_utilise", "prenom_utilise", "code_lieu_naissance")


def test_champs_supplementaires() -> None:
    """Les champs choisis sont édités, avec les intitulés entiers ou abrégés."""
    abreges = ["N. Ut. DUPRESSOIR", "Pr. Ut. LEONCE", "INSEE. Nais.. 37261"]
    for lignes in (SUPPLEMENTS, abreges):
        vus = verdicts(champs_supplementaires(edition(LIGNES + lignes), PERSONNE, TOUS))
        assert vus == {"EDI-SUP-01": CONFORME, "EDI-SUP-02": CONFORME, "EDI-SUP-03": CONFORME}
        assert verdicts(traits_affiches(edition(LIGNES + lignes), PERSONNE)) == dict.fromkeys(CODES, CONFORME)


def test_champs_supplementaires_absents() -> None:
    """Un champ choisi qui manque est non conforme ; un champ non choisi qui paraît est à vérifier."""
    vus = verdicts(champs_supplementaires(edition(LIGNES), PERSONNE, TOUS))
    assert vus == {"EDI-SUP-01": NON_CONFORME, "EDI-SUP-02": NON_CONFORME, "EDI-SUP-03": NON_CONFORME}
    assert verdicts(champs_supplementaires(edition(LIGNES), PERSONNE, ())) == {"EDI-SUP-04": CONFORME}
    constats = champs_supplementaires(edition(LIGNES + SUPPLEMENTS), PERSONNE, ("nom_utilise",))
    assert [c.verdict for c in constats] == [CONFORME, A_VERIFIER, A_VERIFIER]


def test_champ_supplementaire_sans_valeur() -> None:
    """Un champ choisi sans valeur connue ne se juge pas."""
    vus = verdicts(champs_supplementaires(edition(LIGNES), replace(PERSONNE, nom_utilise=""), ("nom_utilise",)))
    assert vus["EDI-SUP-01"] is Verdict.NON_CONCLUANT


def test_ins_absente() -> None:
    """Une édition sans INS est conforme, et le constat dit ce qui a été examiné."""
    constats = ins_absente_de_l_edition(edition(LIGNES[:5]), PERSONNE)
    assert verdicts(constats) == {"EDI-INS-03": CONFORME}
    assert "1 page(s)" in constats[0].recu


@pytest.mark.parametrize(
    "ligne",
    [
        "Matricule INS : 154129999906596",
        "1541299999065",
        "1 54 12 99 999 065",
        "1.54.12.99.999.065",
        "OID 1.2.250.1.213.1.4.10",
        "1541299 999065",
    ],
)
def test_ins_dans_le_texte(ligne: str) -> None:
    """Le matricule de 13 ou 15 caractères, espacé ou non, et l'OID sont vus dans le texte."""
    assert verdicts(ins_absente_de_l_edition(edition([*LIGNES[:5], ligne]), PERSONNE)) == {"EDI-INS-03": NON_CONFORME}


def test_ins_dans_les_metadonnees() -> None:
    """Le matricule dans une métadonnée, compressée ou non, est vu."""
    octets = edition(LIGNES[:5], metadonnees=f"INS {PERSONNE.matricule_ins}")
    constats = ins_absente_de_l_edition(octets, PERSONNE)
    assert verdicts(constats) == {"EDI-INS-03": NON_CONFORME}
    assert "métadonnée Subject" in {c.ou for c in constats}


def test_ins_dans_une_piece_jointe() -> None:
    """Le matricule dans une pièce jointe du PDF est vu."""
    document = pypdfium2.PdfDocument(edition(LIGNES[:5]))
    document.new_attachment("identite.xml").set_data(f"<id root='x' extension='{PERSONNE.matricule_ins}'/>".encode())
    octets = _enregistrer(document)
    constats = ins_absente_de_l_edition(octets, PERSONNE)
    assert "pièce jointe identite.xml" in {c.ou for c in constats}
    assert verdicts(constats) == {"EDI-INS-03": NON_CONFORME}


def test_numero_voisin_accepte() -> None:
    """Un autre nombre long (dossier, OID voisin) n'est pas pris pour l'INS."""
    lignes = [*LIGNES[:5], "Dossier 1541299999066", "OID 1.2.250.1.213.1.4.100 et 1.2.250.1.213.1.4"]
    assert verdicts(ins_absente_de_l_edition(edition(lignes), PERSONNE)) == {"EDI-INS-03": CONFORME}


def test_ins_inconnue_non_concluant() -> None:
    """Sans savoir quelle INS ne doit pas paraître, l'absence ne se juge pas."""
    vus = verdicts(ins_absente_de_l_edition(edition(LIGNES[:5]), PERSONNE.sans_ins()))
    assert vus == {"EDI-INS-03": Verdict.NON_CONCLUANT}


def _enregistrer(document: pypdfium2.PdfDocument) -> bytes:
    tampon = io.BytesIO()
    document.save(tampon)
    document.close()
    return tampon.getvalue()
