# language: fr
Fonctionnalité: Recherche d'antériorité
  Avant de créer une fiche, l'utilisateur cherche si le patient est déjà connu.
  Le texte officiel regarde ce qui est trouvé ; le banc regarde aussi qui ne doit pas l'être (autre date, autre nom) :
  sans cela, un logiciel qui n'applique pas le critère saisi passerait.

  Contexte:
    Étant donné des patients déjà connus du logiciel
      | patient | nom de naissance | premier prénom de naissance | nom utilisé | prénom utilisé | né comme |
      | Aude    | BERTRAND         | AUDE                        | CHARPENTIER | LOUISE         | Aude     |
      | Bela    | CHARLIER         | BELA                        |             |                | Aude     |
      | Cleo    | MOREAU           | LOUIS                       |             | CLEO           | Aude     |
      | Dany    | BERTHIER         | DANY                        | LENOIR      |                | Dany     |

  @INS/va1.02.01
  Scénario: Recherche par la seule date de naissance
    Quand le professionnel cherche les patients nés comme « Aude »
    Alors la recherche rend « Aude », « Bela » et « Cleo » mais pas « Dany »
    Quand le professionnel cherche les patients nés comme « Dany »
    Alors la recherche rend « Dany » mais pas « Aude », « Bela » et « Cleo »

  @INS/va1.02.02
  Scénario: Recherche par date de naissance et début du nom utilisé
    Quand le professionnel cherche les patients nés comme « Aude » dont le nom commence par « CHAR »
    Alors la recherche rend « Aude » et « Bela » mais pas « Cleo » et « Dany »

  @INS/va1.02.03
  Scénario: Recherche par date de naissance et début du nom de naissance
    Quand le professionnel cherche les patients nés comme « Aude » dont le nom commence par « BER »
    Alors la recherche rend « Aude » mais pas « Bela », « Cleo » et « Dany »
    Quand le professionnel cherche les patients nés comme « Dany » dont le nom commence par « LEN »
    Alors la recherche rend « Dany » mais pas « Aude »

  @INS/va1.02.04
  Scénario: Recherche par date de naissance et début du prénom de naissance
    Quand le professionnel cherche les patients nés comme « Aude » dont le prénom commence par « LOUI »
    Alors la recherche rend « Aude » et « Cleo » mais pas « Bela » et « Dany »

  @INS/va1.02.05
  Scénario: Recherche par date de naissance et début du prénom utilisé
    Quand le professionnel cherche les patients nés comme « Aude » dont le prénom commence par « CLE »
    Alors la recherche rend « Cleo » mais pas « Aude », « Bela » et « Dany »
    Quand le professionnel cherche les patients nés comme « Aude » dont le prénom commence par « LOUISE »
    Alors la recherche rend « Aude » mais pas « Bela » et « Cleo »

  @INS/va1.25.01
  Scénario: Un tiret saisi en trop ne cache pas le patient
    Étant donné la fiche d'un patient « Eloi » nommé « PETIT JEAN » et prénommé « ELOI »
    Et la fiche d'un patient « Elsa » né le même jour que « Eloi » et nommé « VASSEUR »
    Quand le professionnel cherche le patient « Eloi » par le nom « PETIT-JEAN »
    Alors la recherche retrouve le patient « Eloi »
    Et la recherche ne rend pas le patient « Elsa »
    # L'exigence nomme aussi les accents et signes diacritiques : on les vérifie ici.
    Quand le professionnel cherche le patient « Eloi » par le prénom « Éloï »
    Alors la recherche retrouve le patient « Eloi »

  @INS/va1.25.02
  Scénario: Un tiret oublié ne cache pas le patient
    Étant donné la fiche d'un patient « Fanny » nommé « GARNIER » et prénommé « ANNE-MARIE »
    Et la fiche d'un patient « Fred » né le même jour que « Fanny » et nommé « GARNIER »
    Quand le professionnel cherche le patient « Fanny » par le prénom « ANNE MARIE »
    Alors la recherche retrouve le patient « Fanny »
    Et la recherche ne rend pas le patient « Fred »

  @INS/va1.25.03
  Scénario: Un double tiret saisi en trop ne cache pas le patient
    Étant donné la fiche d'un patient « Gael » nommé « MARTIN DURAND » et prénommé « GAEL »
    Et la fiche d'un patient « Gina » né le même jour que « Gael » et nommé « VASSEUR »
    Quand le professionnel cherche le patient « Gael » par le nom « MARTIN--DURAND »
    Alors la recherche retrouve le patient « Gael »
    Et la recherche ne rend pas le patient « Gina »

  @INS/va1.25.04
  Scénario: Une apostrophe saisie en trop ne cache pas le patient
    Étant donné la fiche d'un patient « Heli » nommé « D AMBROISE » et prénommé « HELI »
    Et la fiche d'un patient « Hugo » né le même jour que « Heli » et nommé « VASSEUR »
    Quand le professionnel cherche le patient « Heli » par le nom « D'AMBROISE »
    Alors la recherche retrouve le patient « Heli »
    Et la recherche ne rend pas le patient « Hugo »
